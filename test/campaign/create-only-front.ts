// A real Elasticsearch as a collector with Fleet's key sees it on a bad day: requests and answers get lost, and from a moment
// on the data stream is rolled over, at the worst times.

import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { answerForKey } from '../elasticsearch/create-only-key.ts';
import { FaultProxy, type ProxyFault } from '../elasticsearch/fault-proxy.ts';
import { type Difference, seededRandom } from '../end-to-end/harness.ts';
import { runIn } from '../executable/release.ts';
import type { CampaignOptions, CampaignResult } from './campaign.ts';
import { ask } from './stored-ids.ts';

/** The data stream of everything that comes from an emulator. */
export const dataStream = 'logs-o365.audit-demo';

export const recordsPerKill = 200;
const rolloversAtMost = 4;

export class CreateOnlyFront implements AsyncDisposable {
  /** Bulk requests that arrived. */
  bulks = 0;
  rollovers = 0;
  mayRollOver = false;
  readonly #server: string;
  readonly #proxy: FaultProxy;
  /** True after a bulk request whose outcome nobody learned. */
  #isOpen = false;

  private constructor(server: string, random: () => number) {
    this.#server = server;
    this.#proxy = new FaultProxy(server, (path) => this.#chooseFault(path, random()), answerForKey);
  }

  static async open(server: string, random: () => number): Promise<CreateOnlyFront> {
    const front = new CreateOnlyFront(server, random);
    await front.#proxy.listen();
    return front;
  }

  get url(): string {
    return this.#proxy.url;
  }

  /** How many bulk requests or their answers got lost. */
  get lost(): number {
    const count = (fault: ProxyFault) => this.#proxy.counts.get(fault) ?? 0;
    return count('lost answer') + count('lost request');
  }

  async rollOver(): Promise<void> {
    if (!this.mayRollOver || this.rollovers === rolloversAtMost) return;
    this.rollovers += 1;
    await ask(this.#server, 'POST', `/${dataStream}/_rollover`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#proxy.close();
  }

  async #chooseFault(path: string, drawn: number): Promise<ProxyFault> {
    if (!path.includes('_bulk')) return 'pass';
    this.bulks += 1;
    // The worst moment is between an attempt without an outcome and its repetition.
    if (this.#isOpen) await this.rollOver();
    const fault =
      drawn < 0.06 ? 'busy' : drawn < 0.16 ? 'lost answer' : drawn < 0.2 ? 'lost request' : 'pass';
    this.#isOpen = fault.startsWith('lost');
    return fault;
  }
}

/** What the emulator has after some kills, and what became of it. */
export interface FinishedPart extends Difference {
  readonly code: number | null;
  readonly printed: string;
  readonly stored: number;
  /** Documents that the ledger says may be there twice, because this collector sent them again. */
  readonly doubts: number;
  /** Those of records from before the ledger began, of which it cannot know. */
  readonly ofOthers: number;
}

interface TwoParts {
  readonly front: CreateOnlyFront;
  readonly emulator: Emulator;
  readonly killThenFinish: (kills: number) => Promise<FinishedPart>;
}

/** First without a rollover, where nothing may be doubled or in doubt, then with some, where the doubts cover the copies. */
export async function killInTwoParts(
  { front, emulator, killThenFinish }: TwoParts,
  { rounds }: Pick<CampaignOptions, 'rounds'>,
): Promise<CampaignResult> {
  const half = Math.ceil(rounds / 2);
  const steady = await killThenFinish(half);
  publish(emulator, half * recordsPerKill);
  front.mayRollOver = true;
  const rolled = await killThenFinish(rounds - half);
  // A document counts once, however many copies of it there are.
  const doubled = new Set(rolled.doubled).size;
  const isCounted = doubled <= rolled.doubts;
  const isSteady = steady.code === 0 && steady.doubts === 0 && steady.doubled.length === 0;
  return {
    missing: [...steady.missing, ...rolled.missing],
    unknown: [...steady.unknown, ...rolled.unknown],
    doubled: [...steady.doubled, ...(isCounted ? [] : rolled.doubled)],
    code: isSteady && isCounted && front.rollovers > 0 ? rolled.code : 1,
    printed: `${steady.doubts} in doubt without a rollover, ${rolled.doubts} with. ${steady.printed}${rolled.printed}`,
    figures: [
      `${half} kills without a rollover: ${steady.stored} documents, ${steady.doubts} in doubt`,
      `${rounds - half} kills and ${front.rollovers} rollovers: ${rolled.stored} documents, of which ${doubled} more than once, ${rolled.doubts} in doubt and ${rolled.ofOthers} made before the ledger began`,
      `${front.lost} of ${front.bulks} bulk requests lost, or their answers`,
    ],
  };
}

export interface FrontedEmulator {
  readonly front: CreateOnlyFront;
  readonly emulator: Emulator;
  readonly random: () => number;
}

/** Opens the front of a server, and an emulator with content for half of the kills: the rest is published meanwhile. */
export async function openFront(
  url: string,
  { seed, rounds }: CampaignOptions,
  closing: AsyncDisposableStack,
): Promise<FrontedEmulator> {
  const random = seededRandom(seed);
  const emulator = await startEmulator({
    seed,
    startCooldown: 'off',
    tenants: [
      {
        content: {
          records: Math.ceil(rounds / 2) * recordsPerKill,
          recordsPerBlob: 20,
          habits: { repeatedRecords: 0.05, listedTwice: 0.05 },
        },
      },
    ],
  });
  closing.defer(() => emulator.close());
  const front = closing.use(await CreateOnlyFront.open(url, random));
  return { front, emulator, random };
}

/** Settings of an output that make many small requests: each kill and each fault then meets another moment. */
export const smallRequests = {
  bulk_max_bytes: '64KiB',
  'backoff.init': '100ms',
  'backoff.max': '1s',
};

/** New content, most of it made now, and some within the last hour. */
export function publish(emulator: Emulator, records: number): void {
  const blobs = Math.ceil(records / 20);
  for (let blob = 0; blob < blobs; blob += 1) {
    const madeAgoMs = blob % 4 === 0 ? (blob / blobs) * 3_600_000 : 0;
    const contentCreated = new Date(emulator.time.now() - madeAgoMs).toISOString();
    emulator.publish({ contentType: 'Audit.Exchange', generate: 20, contentCreated });
  }
}

interface ShownFeed {
  readonly blobs: { readonly listed: number; readonly fetching: number };
}

/** What an operator is shown of a ledger, also while it is in use. */
export async function showState(command: readonly string[], folder: string) {
  const show = async (...words: string[]) => {
    const { code, stdout, stderr } = await runIn([...command, 'state', 'show', '--state', folder, ...words], {
      folder,
    });
    if (code !== 0) throw new Error(`m365 state show ended with ${code}: ${stderr}`);
    return stdout;
  };
  const feeds: readonly ShownFeed[] = JSON.parse(await show('--json'));
  return {
    open: feeds.reduce((sum, { blobs }) => sum + blobs.listed + blobs.fetching, 0),
    ...countDoubts(await show()),
  };
}

/** The lines are broken where the terminal ends. */
function countDoubts(shown: string): Pick<FinishedPart, 'doubts' | 'ofOthers'> {
  const text = shown.replaceAll(/\s+/g, ' ');
  const add = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((sum, [, documents]) => sum + Number(documents), 0);
  const ofOthers = add(/(\d+) may have been delivered before, under another ledger/g);
  return { doubts: add(/(\d+) documents? may be there twice/g) - ofOthers, ofOthers };
}
