// Plans a setup before anything is changed: the assets to put, the data streams to roll over, and conflicts that forbid it.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { readVersion, requireSupported } from '../outputs/elasticsearch/connect/version.ts';
import {
  findWinner,
  type InstalledAsset,
  isOurs,
  patternsOf,
} from '../outputs/elasticsearch/template/template-owner.ts';
import { inDependencyOrder, markOf, type SetupAsset, stampMappings, stampOf, titleOf } from './assets.ts';
import {
  type LiveDataStream,
  readAsset,
  readDataStreams,
  readIndexTemplates,
  readMappingMeta,
} from './cluster-state.ts';
import {
  describeForeignAsset,
  describeNewerAsset,
  findForeignDataStreams,
  findForeignTemplates,
  type SetupConflict,
} from './conflicts.ts';

export interface SetupInput {
  readonly assets: readonly SetupAsset[];
  /** The version of this program. */
  readonly version: string;
  /** The data streams that have to exist afterwards, such as `logs-o365.audit-default`. */
  readonly dataStreams: readonly string[];
  /** True where live data streams of no owner, or of a package that was removed, become ours. */
  readonly takeOver: boolean;
  /** The retention, such as `90d`, also for live data streams. */
  readonly retention?: string | undefined;
}

export interface SetupStep {
  readonly asset: SetupAsset;
  readonly action: 'create' | 'update' | 'keep';
}

export interface SetupPlan {
  readonly steps: readonly SetupStep[];
  readonly createStreams: readonly string[];
  /** The data streams to roll over, so that their next backing index follows the new template. */
  readonly rollOver: readonly string[];
  /** The live data streams whose retention is set, where one was given. */
  readonly retain: readonly string[];
  readonly retention: string | undefined;
  /** The conflicts; nothing may be changed while there is one. */
  readonly conflicts: readonly SetupConflict[];
}

export async function planSetup(
  connection: Connection,
  input: SetupInput,
  signal: AbortSignal,
): Promise<SetupPlan> {
  requireSupported(connection.address, await readVersion(connection, signal));
  const templates = input.assets.filter(({ kind }) => kind === 'index_template');
  const existing = await readIndexTemplates(connection, signal);
  const streams = await readDataStreams(connection, templates.flatMap(patternsOf), signal);
  const foreignTemplates = templates.flatMap((template) => findForeignTemplates(template, existing));
  const judged = await judgeAssets(connection, input, signal);
  const foreignDataStreams = input.takeOver ? undefined : findForeignDataStreams(streams, existing);
  return {
    steps: judged.flatMap(({ step }) => (step ? [step] : [])),
    createStreams: input.dataStreams.filter((name) => !streams.some((stream) => stream.name === name)),
    retain: input.retention === undefined ? [] : streams.map(({ name }) => name),
    retention: input.retention,
    rollOver: await findOutdated(connection, streams, input.assets, signal),
    conflicts: [
      ...foreignTemplates,
      ...withoutRepeats(
        foreignTemplates,
        judged.flatMap(({ conflict }) => (conflict ? [conflict] : [])),
      ),
      // Data streams of an owner are named only once its template has gone: one thing at a time.
      ...(foreignDataStreams && foreignTemplates.length === 0 ? [foreignDataStreams] : []),
    ],
  };
}

/** Finds data streams that still write into a backing index that other templates made, or older ones of ours. */
async function findOutdated(
  connection: Connection,
  streams: readonly LiveDataStream[],
  assets: readonly SetupAsset[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const outdated: string[] = [];
  for (const stream of streams) {
    if (stream.rollsOver) continue;
    const meta = await readMappingMeta(connection, stream, signal);
    const template = findTemplate(stream.name, assets);
    if (template && meta.m365 !== stampOf(template, assets)) outdated.push(stream.name);
  }
  return outdated;
}

/** The index template of ours that a data stream follows. */
function findTemplate(dataStream: string, assets: readonly SetupAsset[]): SetupAsset | undefined {
  const templates = assets.filter(({ kind }) => kind === 'index_template');
  const { name } = findWinner(dataStream, templates) ?? {};
  return templates.find((template) => template.name === name);
}

/** Removes conflicts of assets that belong to an owner named already. */
function withoutRepeats(
  foreignTemplates: readonly SetupConflict[],
  others: readonly SetupConflict[],
): readonly SetupConflict[] {
  return foreignTemplates.length === 0 ? others : others.filter(({ code }) => code !== 'asset');
}

interface AssetJudgement {
  readonly step?: SetupStep;
  readonly conflict?: SetupConflict;
}

async function judgeAssets(
  connection: Connection,
  { assets, version }: SetupInput,
  signal: AbortSignal,
): Promise<readonly AssetJudgement[]> {
  const judged: AssetJudgement[] = [];
  for (const asset of inDependencyOrder(stampMappings(assets)))
    judged.push(judge(asset, version, await readAsset(connection, asset, signal)));
  return judged;
}

function judge(asset: SetupAsset, version: string, found: InstalledAsset | undefined): AssetJudgement {
  if (!found) return { step: { asset, action: 'create' } };
  if (!isOurs(found.body)) return { conflict: describeForeignAsset(titleOf(asset), found) };
  const mark = isObject(found.body._meta) ? found.body._meta : {};
  const theirs = typeof mark.version === 'string' ? mark.version : '0';
  if (isNewer(theirs, version)) return { conflict: describeNewerAsset(titleOf(asset), theirs, version) };
  const unchanged = mark.digest === markOf(asset, version).digest;
  return { step: { asset, action: unchanged ? 'keep' : 'update' } };
}

function isNewer(theirs: string, ours: string): boolean {
  return theirs.localeCompare(ours, 'en', { numeric: true }) > 0;
}
