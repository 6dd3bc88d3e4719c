// The national clouds: who issues tokens, and who serves the Management Activity API. Facts, one line each.

import { trustedOrigin } from '../../../http/allow-hosts.ts';
import type { Cloud } from '../../tenant/tenant-options.ts';

export interface CloudHosts {
  /** Origins, without a trailing slash. */
  readonly login: string;
  readonly management: string;
}

export const cloudHosts: Readonly<Record<Cloud, CloudHosts>> = {
  commercial: { login: 'https://login.microsoftonline.com', management: 'https://manage.office.com' },
  gcc: { login: 'https://login.microsoftonline.com', management: 'https://manage-gcc.office.com' },
  'gcc-high': { login: 'https://login.microsoftonline.us', management: 'https://manage.office365.us' },
  dod: { login: 'https://login.microsoftonline.us', management: 'https://manage.protection.apps.mil' },
  // Microsoft's own reference does not list this cloud; several independent collectors use it.
  china: { login: 'https://login.partner.microsoftonline.cn', management: 'https://manage.office365.cn' },
};

export interface HostOverrides {
  readonly login: string | undefined;
  readonly management: string | undefined;
}

/** The hosts of a cloud, or those that replace them, and the scope of the token: its audience is the API's host. */
export function hostsFor(
  cloud: Cloud,
  overrides: HostOverrides,
): CloudHosts & { readonly tokenScope: string } {
  const known = cloudHosts[cloud];
  const login = trustedOrigin('login_url', overrides.login ?? known.login);
  const management = trustedOrigin('management_url', overrides.management ?? known.management);
  return { login, management, tokenScope: `${management}/.default` };
}
