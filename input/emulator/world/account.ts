// An invented tenant as its directory knows it: its names, the application registered in it, and the credentials and
// permissions of that application. Everything else about a tenant belongs to the APIs.

import { applyChanges } from './apply-changes.ts';
import { guidSeries, hash } from './random.ts';

export interface AccountOptions {
  /** A GUID. */
  readonly tenantId?: string;
  /** A verified domain; the token endpoint takes it in place of the GUID. */
  readonly domain?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** True when the secret is past its end date. */
  readonly secretExpired?: boolean;
  /** The registered certificate as PEM. */
  readonly certificate?: string;
  /** The application permissions that an administrator consented to. */
  readonly roles?: readonly string[];
}

export interface AccountSettings extends Required<Omit<AccountOptions, 'certificate'>> {
  readonly certificate: string | undefined;
}

/** JSON schemas of the properties of an account that may change while the emulator runs. */
export const accountChanges = {
  clientId: { type: 'string' },
  clientSecret: { type: 'string' },
  secretExpired: { type: 'boolean' },
  certificate: { type: 'string' },
  roles: { type: 'array', items: { type: 'string' } },
} as const;

export class Account {
  private current: AccountSettings;

  constructor(settings: AccountSettings) {
    this.current = settings;
  }

  get settings(): AccountSettings {
    return this.current;
  }

  get tenantId(): string {
    return this.current.tenantId;
  }

  /** Applies the changes of its own names and ignores the others. */
  update(changes: object): void {
    this.current = applyChanges(this.current, changes, Object.keys(accountChanges));
  }
}

const companies = ['contoso', 'fabrikam', 'northwind', 'adatum', 'litware', 'proseware'];

/** Fills in an account: ids and the secret come from the seed and the tenant's number in the list. */
export function createAccount(
  options: AccountOptions,
  seed: number,
  index: number,
  roles: readonly string[],
): Account {
  const guid = guidSeries(seed, 'tenant', index);
  return new Account({
    tenantId: (options.tenantId ?? guid(0)).toLowerCase(),
    domain: options.domain ?? `${companies[index] ?? `tenant${index}`}.example`,
    clientId: options.clientId ?? guid(1),
    clientSecret:
      options.clientSecret ?? `emu~${hash(seed, 'secret', index).toString(36)}.${guid(2).slice(24)}`,
    secretExpired: options.secretExpired ?? false,
    certificate: options.certificate,
    roles: options.roles ?? roles,
  });
}

/** Finds an account by GUID or verified domain. */
export function findAccount(accounts: readonly Account[], text: string | undefined): Account | undefined {
  const wanted = text?.toLowerCase();
  return accounts.find(({ settings }) => settings.tenantId === wanted || settings.domain === wanted);
}
