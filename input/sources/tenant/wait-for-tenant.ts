// Waits until a tenant can be asked, and reports what keeps it from that.

import type { ClientCredentials } from '../../auth/client-credentials.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import type { FeedStatus } from './feed-status.ts';
import { findTenant, type SignInParts } from './sign-in.ts';
import { TenantGate, type TenantGateOptions } from './tenant-gate.ts';
import type { TenantSignIn } from './tenant-options.ts';
import type { TenantStreamParts } from './tenant-source.ts';

/** A run with `once` ends after so many failures of the whole tenant in a row. */
const oncePatience = 5;

/** The way of a stream to its tenant. */
export function wayTo<Options extends TenantSignIn, Hosts extends SignInParts['hosts']>({
  options,
  environment,
  hosts,
  dispatcher,
}: TenantStreamParts<Options, Hosts>): SignInParts & { readonly options: Options; readonly hosts: Hosts } {
  const { clock, random, telemetry, shared } = environment;
  const { tenants } = shared;
  return { options, hosts, dispatcher, clock, random, telemetry, tenants, attempts: { login: 3 } };
}

/** The gate of a tenant tells its state as a whole. */
export function openGate(
  { environment, giveUp }: Pick<TenantStreamParts<TenantSignIn, unknown>, 'environment' | 'giveUp'>,
  status: FeedStatus,
  isTenantWide: TenantGateOptions['isTenantWide'],
): TenantGate {
  const { clock, random, once } = environment;
  return new TenantGate({
    clock,
    random,
    isTenantWide,
    patience: once ? oncePatience : undefined,
    onGiveUp: giveUp,
    report: (report) => status.set('tenant', report),
  });
}

/** Tries until the GUID of the tenant is known. `status` and `gate` are those of the tenant as the options name it. */
export async function waitForTenant(
  way: SignInParts,
  { status, gate }: { readonly status: FeedStatus; readonly gate: TenantGate },
  signal: AbortSignal,
): Promise<string> {
  for (let failures = 0; ; failures += 1) {
    const ticket = await gate.pass(signal);
    try {
      const tenantId = await findTenant(way, signal);
      // The tenant is known by its GUID from here on.
      if (failures > 0) status.set('tenant', { health: 'stopped', message: `found as ${tenantId}` });
      return tenantId;
    } catch (error) {
      if (signal.aborted || !gate.failed(ticket, error)) throw error;
    }
  }
}

/** A certificate says when it ends, once it was read; of a secret it is what the operator says. */
export function endOfCredential(options: TenantSignIn, tokens: ClientCredentials): CredentialEnd {
  return options.certificate === undefined
    ? { kind: 'secret', endsAt: options.clientSecretEndsAt }
    : { kind: 'certificate', endsAt: tokens.certificateExpiresAt };
}
