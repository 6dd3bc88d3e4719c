// The hosts of Microsoft Graph in each national cloud, beside those that issue tokens. Facts, one line each.

import { trustedOrigin } from '../../../http/allow-hosts.ts';
import type { Cloud } from '../../tenant/tenant-options.ts';

interface GraphHosts {
  /** Origins, without a trailing slash. */
  readonly login: string;
  readonly graph: string;
}

export const graphHosts: Readonly<Record<Cloud, GraphHosts>> = {
  commercial: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  gcc: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  'gcc-high': { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' },
  dod: { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us' },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  },
};

export interface GraphHostOverrides {
  readonly login: string | undefined;
  readonly graph: string | undefined;
}

/** The hosts of a cloud, or those that replace them, and the scope of the token: its audience is Graph's host. */
export function graphHostsFor(
  cloud: Cloud,
  overrides: GraphHostOverrides,
): GraphHosts & { readonly tokenScope: string } {
  const known = graphHosts[cloud];
  const login = trustedOrigin('login_url', overrides.login ?? known.login);
  const graph = trustedOrigin('graph_url', overrides.graph ?? known.graph);
  return { login, graph, tokenScope: `${graph}/.default` };
}
