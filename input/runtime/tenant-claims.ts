// Which stream of the process collects which tenant. A policy names a tenant by its GUID or by one of its domains, so
// that two streams on one tenant are told apart only when the domain is resolved.

import { OperatorError } from '../contract/errors.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';

export class TenantClaims {
  readonly #holders = new Map<string, StreamPolicy>();

  /** Streams that name their tenant by its GUID have it from the beginning. */
  constructor(streams: readonly StreamPolicy[]) {
    for (const stream of streams) this.#holders.set(stream.source.tenantId, stream);
  }

  /** Throws an OperatorError when another stream has the tenant, given by its GUID. */
  claim(tenantId: string, stream: StreamPolicy): void {
    const holder = this.#holders.get(tenantId) ?? stream;
    this.#holders.set(tenantId, holder);
    if (holder === stream) return;
    throw new OperatorError({
      code: 'tenant-twice',
      message: `${stream.source.tenantId} is the tenant ${tenantId}, which already has a stream at ${holder.where}.`,
      advice: 'Remove one of the two; content_types of the other can name what both were to collect.',
      retry: { kind: 'never' },
    });
  }
}
