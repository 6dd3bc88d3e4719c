// A collector process on an emulator, told by units as a program would tell it.

import { join } from 'node:path';
import type { ElasticAgent } from '../../input/documents/agent-fields.ts';
import { treeOf } from '../../input/options/settings-tree.ts';
import { CollectorProcess } from '../../input/runtime/process.ts';
import type { Unit } from '../../input/settings/units/unit.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import type { IdleClock } from '../contract/idle-clock.ts';
import { readDelivered } from '../end-to-end/harness.ts';
import { recordingLog } from '../state/state-folder.ts';

export interface ProcessPlace {
  readonly folder: string;
  readonly clock: IdleClock;
  readonly random: () => number;
  readonly elasticAgent?: ElasticAgent;
}

export function unit(kind: Unit['kind'], id: string, settings: object): Unit {
  return { kind, id, settings: treeOf(settings, `unit ${id}`) };
}

export const fileUnit = (id: string, path: string, more: object = {}): Unit =>
  unit('output', id, { type: 'file', path, ...more });

export const inputUnit = (id: string, output: string, streams: readonly object[], more: object = {}): Unit =>
  unit('input', id, {
    type: 'm365',
    use_output: output,
    data_stream: { namespace: 'demo' },
    streams,
    ...more,
  });

export async function openProcess({ folder, clock, random, elasticAgent }: ProcessPlace) {
  const log = recordingLog();
  const telemetry = createTelemetry({ clock, version: '0.1.0' });
  const never = new AbortController().signal;
  const collector = await CollectorProcess.open({
    process: { stateFolder: join(folder, 'state'), memoryBytes: 4 * 1024 * 1024, stopTimeoutMs: 8_000 },
    once: false,
    needsOutput: false,
    signals: { stop: never, abandon: never },
    telemetry,
    log,
    clock,
    random,
    version: '0.1.0',
    elasticAgent,
  });
  const opened = (stream: string) =>
    log.lines.filter((line) => line.endsWith(`the source of the stream ${stream} is opened.`)).length;
  const delivered = (...folders: string[]) =>
    Promise.all(folders.map((each) => readDelivered(join(folder, each)))).then((ids) => ids.flat());
  const shown = (tenant: string, feed?: string) =>
    telemetry.board.snapshot().components.find((each) => each.tenant_id === tenant && each.feed === feed);
  /** Resolves when the change is made, however long that takes on the clock. */
  const apply = (units: readonly Unit[]) => clock.during(collector.applyUnits(units));
  return { apply, collector, log, opened, delivered, shown, telemetry };
}

export type OpenProcess = Awaited<ReturnType<typeof openProcess>>;
