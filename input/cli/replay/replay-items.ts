// The commands `m365 replay content` and `replay window`: a source fetches items once more, and they are delivered.

import { describeError, OperatorError } from '../../contract/errors.ts';
import type { StreamPolicy } from '../../settings/policy/policy.ts';
import type { Refetching } from '../../sources/source-kind.ts';
import { chooseStreams, nameTenant } from '../choose-streams.ts';
import { loadCollectedPolicy, type PolicyFlags, usage } from '../policy-flag.ts';
import { listedWindow } from '../read-time.ts';
import { printText } from '../terminal/terminal.ts';
import { openReplay, type Replay } from './open-replay.ts';

export interface ItemFlags extends PolicyFlags {
  readonly tenant?: string;
  readonly type?: string;
  /** Delivers also to outputs that cannot tell what they have. */
  readonly again?: boolean;
}

export interface WindowFlags extends ItemFlags {
  readonly from?: number;
  readonly to?: number;
}

/** Chooses the items wanted of one stream. */
type Choose = (stream: StreamPolicy) => Refetching['what'];

/** True when it was delivered. */
export function replayItem(position: string, flags: ItemFlags): Promise<boolean> {
  return replay(flags, () => ({ position }));
}

/** True when everything in the window was. */
export async function replayWindow(flags: WindowFlags): Promise<boolean> {
  const now = Date.now();
  const { from, to = now } = flags;
  if (from === undefined) throw usage('The window has no beginning.', 'Give --from, such as 24h.');
  return replay(flags, ({ source }) => listedWindow({ from, to }, source, now));
}

async function replay(flags: ItemFlags, choose: Choose): Promise<boolean> {
  const policy = await loadCollectedPolicy(flags, { once: true });
  const streams = chooseStreams(policy, flags.tenant);
  const wanted = streams.map((stream) => ({ stream, what: choose(stream) }));
  await using session = await openReplay(policy, streams);
  let complete = true;
  let found = 0;
  for (const { stream, what } of wanted) {
    const replayed = await replayStream(session, stream, what, flags);
    found += replayed.items;
    complete &&= replayed.complete && !session.signals.stop.aborted;
  }
  if (found === 0) throw nothingFound();
  return complete;
}

async function replayStream(
  session: Replay,
  stream: StreamPolicy,
  what: Refetching['what'],
  flags: ItemFlags,
): Promise<{ items: number; complete: boolean }> {
  const { refetch, kind, itemWords } = stream.source;
  if (!refetch) throw notFetchedAgain(kind);
  const failures: string[] = [];
  let done = 0;
  const onItem: Refetching['onItem'] = ({ name }, position, error) => {
    if (error === undefined) done += 1;
    else failures.push(`${name} ${position}: ${describeError(error)}`);
  };
  // Only Elasticsearch can tell what it has; a file would get everything twice.
  const again = stream.output.type === 'elasticsearch' || (flags.again ?? false);
  const wanted = { feed: flags.type, what, onItem };
  const counts = await session.deliver(stream, (environment) => refetch(environment, wanted), { again });
  printText(
    `${nameTenant(stream)}: ${done} ${done === 1 ? itemWords.one : itemWords.many}; ${counts.delivered} records delivered, ${counts.duplicate} were there already, ${counts.deadLettered} refused${counts.filtered ? `, ${counts.filtered} left out by the policy` : ''}.`,
  );
  for (const failure of failures) printText(`  not replayed: ${failure}`);
  return { items: done + failures.length, complete: failures.length === 0 && counts.deadLettered === 0 };
}

function notFetchedAgain(kind: string): OperatorError {
  return new OperatorError({
    code: 'no-refetch',
    message: `What ${kind} read cannot be fetched again.`,
    advice: 'Name a stream of another source with --tenant.',
    retry: { kind: 'never' },
  });
}

function nothingFound(): OperatorError {
  return new OperatorError({
    code: 'nothing-to-replay',
    message: 'There is nothing to replay.',
    advice: 'Compare the id with m365 prove --json; an item that the ledger has forgotten needs --type.',
    retry: { kind: 'never' },
  });
}
