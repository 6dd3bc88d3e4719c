// The emulated tenant of `m365 start`. It is made up once and stays the same for a day, so that a second start
// continues where the first ended instead of collecting another tenant.

import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { dayMs } from '../contract/time.ts';
import { contentTypes, type Emulator, startEmulator, usualHabits } from '../emulator/index.ts';
import { describeFileFailure } from '../files/file-failure.ts';
import { createOwnedFolder } from '../files/owned-files.ts';

interface Demo {
  readonly seed: number;
  /** The time at which the made-up history ends. */
  readonly origin: number;
}

/** Few, and each shows soon after it happened, for whoever watches. */
const signInsOfOneType = { records: 300, days: 1, ratePerMinute: 4, latencyMs: 5_000 };

const signIns = {
  interactiveUser: signInsOfOneType,
  nonInteractiveUser: signInsOfOneType,
  servicePrincipal: signInsOfOneType,
  managedIdentity: signInsOfOneType,
};

/**
 * Starts an emulator with a day of activity and more every few seconds. The seed and the start are kept in `folder`.
 */
export async function startDemoTenant(folder: string, now: number): Promise<Emulator> {
  const file = join(folder, 'demo.json');
  const known = await readDemo(file);
  const goesOn = known !== undefined && now - known.origin < dayMs && known.origin <= now;
  const { seed, origin } = goesOn ? known : await createDemo(file, now);
  const content = { records: 20_000, days: 1, ratePerMinute: 300, blobEveryMs: 15_000, habits: usualHabits };
  // Subscriptions outlive the collector; the emulator, ended with it, would have forgotten them.
  const subscribed = goesOn ? contentTypes : [];
  return startEmulator({ seed, origin, tenants: [{ content, subscribed, graph: signIns }] });
}

/** Another seed makes another tenant, and nothing of the old one's ledger fits it. */
async function createDemo(file: string, now: number): Promise<Demo> {
  const demo = { seed: Math.floor(now / 1000), origin: now };
  createOwnedFolder(dirname(file));
  try {
    await writeFile(file, `${JSON.stringify(demo)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new OperatorError({
      code: 'file-unusable',
      message: `The file ${file} cannot be written: ${describeFileFailure(cause)}.`,
      advice: 'Choose another folder with --data.',
      retry: { kind: 'never' },
      cause,
    });
  }
  return demo;
}

async function readDemo(file: string): Promise<Demo | undefined> {
  try {
    const demo: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof demo !== 'object' || demo === null || !('seed' in demo) || !('origin' in demo))
      return undefined;
    const { seed, origin } = demo;
    return typeof seed === 'number' && typeof origin === 'number' ? { seed, origin } : undefined;
  } catch {
    return undefined;
  }
}
