// Units that are added, removed, changed and exchanged at random while records flow and the emulator breaks answers. What
// was delivered is looked at as a whole at the end, and how often each stream was begun at every change.

import { join } from 'node:path';
import { contentTypes, type Emulator, type FaultEntry, startEmulator } from '../../input/emulator/index.ts';
import type { Unit } from '../../input/settings/units/unit.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { compare, type Difference, seededRandom, streamFor } from '../end-to-end/harness.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, type OpenProcess, openProcess } from './process-harness.ts';

export interface UnderFire {
  readonly found: Difference;
  /** How often each stream was begun, and how often the changes make it. */
  readonly begun: readonly number[];
  readonly wanted: readonly number[];
  readonly records: number;
  /** What went wrong and was said. */
  readonly complaints: readonly string[];
}

const tenants = 5;
const folders = ['a', 'b', 'c'];
/** Which tenants an input has. */
const inputs = [[0, 1], [2, 3], [4]];

interface WantedUnits {
  /** Of each output, its folder and a setting. */
  readonly outputs: { folder: string; rotate: number }[];
  /** Of each input, the output that it names. */
  readonly uses: number[];
  readonly streams: { isThere: boolean; setting: number }[];
}

export async function changeUnderFire({
  seed,
  rounds,
}: {
  seed: number;
  rounds: number;
}): Promise<UnderFire> {
  const clock = new IdleClock();
  using place = temporaryFolder();
  const random = seededRandom(seed);
  const emulator = await emulate(seed, clock);
  const running = await openProcess({ folder: place.path, clock, random: seededRandom(seed + 1) });
  const plan: WantedUnits = {
    outputs: folders.slice(0, 2).map((folder) => ({ folder, rotate: 0 })),
    uses: inputs.map((_, index) => index % 2),
    streams: Array.from({ length: tenants }, () => ({ isThere: false, setting: 0 })),
  };
  const wanted = new Array<number>(tenants).fill(0);
  try {
    const apply = async () => {
      await running.apply(unitsOf(plan, emulator, place.path));
    };
    for (let round = 0; round < rounds; round += 1) {
      const before = signatures(plan);
      for (let changes = 1 + pick(random, 3); changes > 0; changes -= 1) change(plan, random);
      signatures(plan).forEach((signature, index) => {
        if (signature !== undefined && signature !== before[index]) wanted[index] = (wanted[index] ?? 0) + 1;
      });
      emulator.setFaults(faultsOf(random, round));
      for (let blobs = pick(random, 4); blobs > 0; blobs -= 1) publish(emulator, random);
      // Nobody ever sees these.
      if (random() < 0.3) void running.collector.applyUnits([]);
      await apply();
      await someRequests(clock, emulator, plan, pick(random, 25));
    }
    const last = signatures(plan);
    for (const stream of plan.streams) stream.isThere = true;
    signatures(plan).forEach((signature, index) => {
      if (signature !== last[index]) wanted[index] = (wanted[index] ?? 0) + 1;
    });
    emulator.setFaults([]);
    await apply();
    const expected = [...emulator.distinctIds()].map(({ id }) => id);
    await clock.until(
      async () => compare(expected, await running.delivered(...folders)).missing.length === 0,
    );
    await clock.during(running.collector.close());
    const found = compare(expected, await running.delivered(...folders));
    return { found, wanted, ...tell(running), records: expected.length };
  } finally {
    await clock.during(running.collector.close());
    await emulator.close();
  }
}

function tell({ opened, log }: OpenProcess): Pick<UnderFire, 'begun' | 'complaints'> {
  return {
    begun: Array.from({ length: tenants }, (_, index) => opened(`s${index}`)),
    complaints: log.lines.filter((line) => line.startsWith('ERROR')),
  };
}

function emulate(seed: number, clock: IdleClock): Promise<Emulator> {
  const habits = { repeatedRecords: 0.1, listedTwice: 0.1, emptyPages: 0.1 };
  const content = { records: 60, recordsPerBlob: 10, days: 1 / 16, habits };
  return startEmulator({
    clock,
    seed,
    startCooldown: 'off',
    tenants: Array.from({ length: tenants }, () => ({ content, subscribed: contentTypes })),
  });
}

/** What each stream is made of; undefined for one that is not there. */
function signatures({ outputs, uses, streams }: WantedUnits): (string | undefined)[] {
  return streams.map(({ isThere, setting }, index) => {
    const use = uses[inputs.findIndex((each) => each.includes(index))] ?? 0;
    return isThere ? JSON.stringify([setting, use, outputs[use]]) : undefined;
  });
}

function unitsOf({ outputs, uses, streams }: WantedUnits, emulator: Emulator, folder: string): Unit[] {
  const settings = (index: number) => ({
    id: `s${index}`,
    interval: '5s',
    tenant_name: `setting ${streams[index]?.setting}`,
    requests_per_minute: 100_000,
    ...streamFor(emulator, index),
  });
  return [
    ...outputs.map((each, index) =>
      fileUnit(`o${index}`, join(folder, each.folder), { rotate_size: `${each.rotate + 1}MiB` }),
    ),
    ...inputs.flatMap((all, index) => {
      const own = all.filter((tenant) => streams[tenant]?.isThere);
      return own.length > 0 ? [inputUnit(`i${index}`, `o${uses[index]}`, own.map(settings))] : [];
    }),
  ];
}

function change({ outputs, uses, streams }: WantedUnits, random: () => number): void {
  const stream = streams[pick(random, tenants)];
  const [first, second] = outputs;
  if (!stream || !first || !second) return;
  switch (pick(random, 7)) {
    case 0:
    case 1:
    case 2:
      stream.isThere = !stream.isThere;
      return;
    case 3:
      stream.setting += 1;
      return;
    case 4:
      uses[pick(random, uses.length)] = pick(random, 2);
      return;
    case 5:
      [first.folder, second.folder] = [second.folder, first.folder];
      return;
    default:
      first.folder = folders.find((each) => each !== first.folder && each !== second.folder) ?? first.folder;
      first.rotate = pick(random, 3);
  }
}

const pick = (random: () => number, count: number): number => Math.floor(random() * count);

function faultsOf(random: () => number, seed: number): FaultEntry[] {
  const rate = 0.3 * random();
  const match = { operation: ['content', 'blob'], rate, seed } as const;
  const body = { operation: 'blob', rate, seed } as const;
  const all: FaultEntry[] = [
    { match, fault: { kind: 'af', code: 'AF429', status: 429, retryAfter: 1 } },
    { match, fault: { kind: 'status', status: 503 } },
    { match: body, fault: { kind: 'truncate', bytes: 900, declares: 'what-comes' } },
    { match: body, fault: { kind: 'reset', when: 'in-body', bytes: 900 } },
  ];
  return all.filter(() => random() < 0.5);
}

function publish(emulator: Emulator, random: () => number): void {
  const tenant = emulator.tenants[pick(random, tenants)]?.tenantId ?? '';
  const contentType = contentTypes[pick(random, contentTypes.length)] ?? 'Audit.General';
  emulator.publish({ tenant, contentType, generate: 1 + pick(random, 20) });
}

/** Resolves when the streams that are there have asked so often. */
async function someRequests(
  clock: IdleClock,
  emulator: Emulator,
  { streams }: WantedUnits,
  count: number,
): Promise<void> {
  if (!streams.some(({ isThere }) => isThere)) return;
  const target = emulator.requests.counts().total + count;
  await clock.until(() => emulator.requests.counts().total >= target);
}
