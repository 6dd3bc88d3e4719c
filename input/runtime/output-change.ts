// Reports a change of outputs: the ledger knows what was delivered, not where to, so that the new output gets only what
// is new. That is as it should be, and the operator has to know it.

import { resolve } from 'node:path';
import { parseJson } from '../../pipelines/json/unknown.ts';
import type { Logger } from '../contract/logger.ts';
import type { Checkpoints } from '../contract/state.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';

interface Destination {
  readonly type: OutputPolicy['type'];
  /** Any host of a cluster is the same destination. */
  readonly addresses: readonly string[];
}

/** The checkpoint that says where documents went; where a tenant stands in several streams, each has its feeds in the name. */
export const outputFact = 'output';

/** Warns where documents of the stream went somewhere else until now. */
export async function reportOutputChange(
  { source, definedAt, output }: StreamPolicy,
  all: readonly StreamPolicy[],
  checkpoints: Checkpoints,
  log: Logger,
): Promise<void> {
  const stream = { kind: 'stream', tenant: source.tenantId, source: source.kind } as const;
  const destination = destinationOf(output);
  const fact = factOf(source, all);
  const known = (await checkpoints.get(stream, fact)) ?? (await checkpoints.get(stream, outputFact));
  const before = readDestination(known);
  if (before && !isSame(before, destination))
    log.warn(
      { event: { action: 'output-changed' }, organization: { id: source.tenantId } },
      `${definedAt}: until now documents went to ${describe(before)}; these are not sent again to ${describe(destination)}. Should they be: m365 replay window --from 7d${destination.type === 'elasticsearch' ? '' : ' --again'}`,
    );
  await checkpoints.set(stream, fact, JSON.stringify(destination));
}

function factOf({ tenantId, kind, feeds }: StreamPolicy['source'], all: readonly StreamPolicy[]): string {
  const same = all.filter(({ source }) => source.tenantId === tenantId && source.kind === kind);
  return same.length > 1 ? `${outputFact} ${feeds.toSorted().join(' ')}` : outputFact;
}

function destinationOf(output: OutputPolicy): Destination {
  switch (output.type) {
    case 'elasticsearch':
      return { type: output.type, addresses: output.options.hosts.map(withoutUserInfo) };
    case 'file':
      return { type: output.type, addresses: [resolve(output.options.path)] };
    case 'console':
      return { type: output.type, addresses: [] };
  }
}

/** The way in is a secret, and no part of where documents go. */
function withoutUserInfo(address: string): string {
  return address.replace(/(:\/\/)[^/?#\s]*@/, '$1');
}

function isSame(one: Destination, other: Destination): boolean {
  if (one.type !== other.type) return false;
  return one.type === 'console' || one.addresses.some((address) => other.addresses.includes(address));
}

function readDestination(text: string | undefined): Destination | undefined {
  const destination = parseJson(text ?? 'null');
  if (
    typeof destination !== 'object' ||
    destination === null ||
    !('type' in destination) ||
    !('addresses' in destination)
  )
    return undefined;
  const { type, addresses } = destination;
  const isKnown = type === 'elasticsearch' || type === 'file' || type === 'console';
  return isKnown && Array.isArray(addresses)
    ? { type, addresses: addresses.map((address) => withoutUserInfo(String(address))) }
    : undefined;
}

function describe({ type, addresses }: Destination): string {
  return [type, ...addresses].join(' ');
}
