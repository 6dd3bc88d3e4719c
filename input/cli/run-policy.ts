// Runs a policy in the foreground, with everything around the collector: signals, display, status file, status page.

import { systemClock } from '../contract/clock.ts';
import { describeError } from '../contract/errors.ts';
import type { Counter } from '../contract/telemetry.ts';
import { type RunOptions, type RunResult, runCollector } from '../runtime/run.ts';
import type { Policy } from '../settings/policy/policy.ts';
import type { ItemWords } from '../sources/source-kind.ts';
import { anyItems } from '../sources/stream-source.ts';
import { logRequests } from '../telemetry/log-requests.ts';
import type { ComponentStatus, StatusBoard } from '../telemetry/status/status-board.ts';
import { keepStatusFile } from '../telemetry/status/status-file.ts';
import { serveStatus } from '../telemetry/status/status-server.ts';
import { createTelemetry, type RunTelemetry } from '../telemetry/telemetry.ts';
import { describeDocuments } from './check/describe-documents.ts';
import { followPolicy } from './follow-policy.ts';
import { boundEnd } from './terminal/bound-end.ts';
import { type Display, openDisplay } from './terminal/display.ts';
import { type Interruption, listenForInterruption } from './terminal/interruption.ts';
import { readVersion } from './version.ts';

/**
 * Resolves with the exit code, when every stream has ended or an interruption was obeyed. With `load`, which reads the file
 * of the policy again, its changes are applied meanwhile.
 */
export async function runPolicy(policy: Policy, load?: () => Promise<Policy>): Promise<number> {
  let documents = describeDocuments(policy, process.env);
  const names = namesOf(policy);
  let footer = 'Ctrl-C ends it, when everything in flight is delivered.';
  const telemetry = createTelemetry({ clock: systemClock, version: readVersion() });
  const display = await openDisplay({
    level: policy.process.logLevel,
    board: telemetry.board,
    names,
    footer: () => `${documents}\n${footer}`,
    table: !policy.outputs.some(({ type }) => type === 'console') || !process.stdout.isTTY,
  });
  const { stopTimeoutMs } = policy.process;
  const bound = `It takes ${stopTimeoutMs / 1000} s at most; what is not delivered by then is fetched again after the next start.`;
  using signals = listenForInterruption(() => {
    footer = 'Ending; what is in flight is delivered first. Ctrl-C again ends at once.';
    display.log.info({}, `Ending: what is in flight is delivered first. ${bound}`);
  }, stopTimeoutMs);
  boundEnd(signals, { stopMs: stopTimeoutMs, bound: 'stop_timeout', log: display.log });
  try {
    const onChange = (changed: Policy) => {
      documents = describeDocuments(changed, process.env);
      for (const [id, name] of namesOf(changed)) names.set(id, name);
    };
    const { file, once } = policy;
    const { log } = display;
    const follow: RunOptions['follow'] =
      load && file !== undefined && !once
        ? (collector, signal) =>
            followPolicy(policy, collector, { file, load, log, onChange, clock: systemClock }, signal)
        : undefined;
    const end = await runObserved({ policy, telemetry, display, signals, follow });
    footer = end.lastLine;
    return end.exit;
  } catch (error) {
    footer = 'Ended by an error.';
    throw error;
  } finally {
    display.close();
  }
}

interface RunEnd {
  readonly exit: number;
  /** The last line that is printed. */
  readonly lastLine: string;
}

interface Observed {
  readonly policy: Policy;
  readonly telemetry: RunTelemetry;
  readonly display: Display;
  readonly signals: Interruption;
  readonly follow: RunOptions['follow'];
}

async function runObserved({ policy, telemetry, display, signals, follow }: Observed): Promise<RunEnd> {
  const { log } = display;
  const { board } = telemetry;
  const { stateFolder, statusPort } = policy.process;
  logRequests(telemetry.requests, log, policy.process.logRequests ? 'info' : 'debug');
  for (const note of policy.notes) log.info({}, note);
  log.info({}, describeDocuments(policy, process.env));
  const page = statusPort > 0 ? await serveStatus(board, statusPort) : undefined;
  const file = await keepStatusFile({ folder: stateFolder, board, clock: systemClock, log });
  try {
    const random = Math.random;
    const result = await runCollector({
      policy,
      signals,
      telemetry,
      log,
      clock: systemClock,
      random,
      version: readVersion(),
      follow,
    });
    const lastLine = `${summarize(board, result, wordsOf(policy))}${policy.once ? describeCut(result) : ''}`;
    log.info({}, lastLine);
    return { exit: endedWell(policy, board, result, signals) ? 0 : 1, lastLine };
  } catch (error) {
    // The operator ended it, whatever an opening connection reports as its failure.
    if (signals.stop.aborted) {
      const lastLine = `Ended before everything had begun: ${describeError(error)}`;
      log.info({}, lastLine);
      return { exit: policy.once ? 1 : 0, lastLine };
    }
    throw error;
  } finally {
    await file.close();
    await page?.close();
  }
}

/** A run that was told to end has succeeded although content is still to come, but not with records in flight. */
function endedWell(policy: Policy, board: StatusBoard, result: RunResult, signals: Interruption): boolean {
  if (result.failed.size > 0 || signals.abandon.aborted) return false;
  return !policy.once || result.readerGone || endedComplete(board, result);
}

/** A run that collects once is over even when not everything could be asked for or had: then its exit code shows it. */
function endedComplete(board: StatusBoard, { open, cutShort }: RunResult): boolean {
  return open === 0 && !cutShort && !board.snapshot().components.some(isIncomplete);
}

function isIncomplete({ health, code, counters }: ComponentStatus): boolean {
  return health === 'failed' || code === 'start-cool-down' || (counters.items_left ?? 0) > 0;
}

const summedCounters: readonly Counter[] = [
  'records_delivered',
  'records_duplicate',
  'records_filtered',
  'records_possibly_duplicate',
  'records_dead_lettered',
  'items_lost',
];

/** The word of the sources for their items, where they have one in common. */
function wordsOf({ streams }: Policy): ItemWords {
  const [words = anyItems, ...others] = new Map(
    streams.map(({ source }) => [source.kind, source.itemWords]),
  ).values();
  return others.length === 0 ? words : anyItems;
}

function summarize(board: StatusBoard, { open }: RunResult, words: ItemWords): string {
  const sums = new Map<Counter, number>();
  for (const { counters } of board.pieces().components)
    for (const counter of summedCounters)
      sums.set(counter, (sums.get(counter) ?? 0) + (counters[counter] ?? 0));
  const sum = (counter: Counter) => sums.get(counter) ?? 0;
  const filtered = sum('records_filtered') > 0 ? `${sum('records_filtered')} filtered, ` : '';
  const doubts = sum('records_possibly_duplicate');
  const possibly = doubts > 0 ? `, ${doubts} possibly duplicate` : '';
  return `Ended: ${sum('records_delivered')} records delivered, ${sum('records_duplicate')} duplicates${possibly}, ${filtered}${sum('records_dead_lettered')} dead letters, ${sum('items_lost')} ${words.many} lost.${describeOpen(open, words)}`;
}

function describeOpen(open: number | undefined, { one, many }: ItemWords): string {
  if (open === 0) return '';
  if (open === undefined) return ' What is still open is not known: the ledger cannot be read.';
  return ` ${open} ${open === 1 ? `${one} is` : `${many} are`} still open: the next run goes on with ${open === 1 ? 'it' : 'them'}.`;
}

function describeCut({ cutShort, readerGone }: RunResult): string {
  return cutShort && !readerGone
    ? ' It was ended before everything was collected: the next run goes on.'
    : '';
}

function namesOf(policy: Policy): Map<string, string> {
  const tenants = policy.streams.map(({ source, mapping }): [string, string] => [
    source.tenantId,
    mapping.tenantName ? `${mapping.tenantName} (${source.tenantId})` : source.tenantId,
  ]);
  // The health of outputs and of the ledger belongs to no tenant.
  return new Map([['', 'Delivery'], ...tenants]);
}
