// The collector in this process, and an emulated Graph that keeps the published limits, on one clock that goes on only when
// nothing is left to do: its time passes by waiting alone.

import type { GraphTenantOptions } from '../../../input/emulator/apis/graph/options.ts';
import { startEmulator } from '../../../input/emulator/index.ts';
import { runCollector } from '../../../input/runtime/run.ts';
import { loadPolicy } from '../../../input/settings/policy/load-policy.ts';
import { createTelemetry } from '../../../input/telemetry/telemetry.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { makeWorkplace } from '../../end-to-end/harness.ts';
import { recordingLog } from '../../state/state-folder.ts';
import { graphStream } from './harness.ts';

interface PacedOptions {
  readonly graph: NonNullable<GraphTenantOptions['graph']>;
  /** The kinds of source that are collected, of one tenant. */
  readonly kinds: readonly string[];
}

export async function openPacedRun({ graph, kinds }: PacedOptions) {
  await using opening = new AsyncDisposableStack();
  const clock = new IdleClock();
  // The clock does not see that zlib is at work in another thread, and would go on meanwhile.
  const emulator = await startEmulator({
    ...{ clock, seed: 9, gzip: false },
    graph: { limits: true },
    tenants: [{ graph }],
  });
  opening.defer(() => emulator.close());
  const more = { requests_per_minute: undefined, initial_interval: '30d' };
  const place = await makeWorkplace({ streams: kinds.map((kind) => graphStream(emulator, kind, more)) });
  opening.defer(place.remove);
  const kept = opening.move();
  const start = async (once: boolean, stop: AbortSignal) => {
    const policy = await loadPolicy(place.policy, { once });
    const telemetry = createTelemetry({ clock, version: '0.1.0' });
    const signals = { stop, abandon: new AbortController().signal };
    const log = recordingLog();
    return runCollector({ policy, signals, telemetry, log, clock, random: () => 0.5, version: '0' });
  };
  return {
    ...{ clock, emulator, place },
    collectOnce: () => clock.during(start(true, new AbortController().signal)),
    /** Follows until that is done. */
    async follow(meanwhile: () => Promise<void>) {
      const stop = new AbortController();
      const running = start(false, stop.signal);
      await meanwhile();
      stop.abort();
      await clock.during(running);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
