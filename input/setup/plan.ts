// What setting up would change, found out before anything is: what to put, what to roll over, and what forbids it.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { readVersion, requireSupported } from '../outputs/elasticsearch/connect/version.ts';
import { type Found, isOurs, patternsOf } from '../outputs/elasticsearch/template/template-owner.ts';
import { type Asset, inOrder, markOf, stampMappings, stampOf, titleOf } from './assets.ts';
import {
  type DataStream,
  readAsset,
  readDataStreams,
  readIndexTemplates,
  readMappingMeta,
} from './cluster-state.ts';
import { type Conflict, describeForeignAsset, describeNewer, findOwners, findStrangers } from './owners.ts';

export interface SetupInput {
  readonly assets: readonly Asset[];
  /** Of this program. */
  readonly version: string;
  /** To be there afterwards: `logs-o365.audit-default` and the like. */
  readonly dataStreams: readonly string[];
  /** Live data streams of nobody's, or of a package that was removed, become ours. */
  readonly takeOver: boolean;
  /** `90d`: what live data streams are told as well. */
  readonly retention?: string | undefined;
}

export interface Step {
  readonly asset: Asset;
  readonly action: 'create' | 'update' | 'keep';
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly createStreams: readonly string[];
  /** Their next backing index follows the new template. */
  readonly rollOver: readonly string[];
  /** Live data streams whose retention is set, where one was asked for. */
  readonly retain: readonly string[];
  readonly retention: string | undefined;
  /** Not empty: nothing may be touched. */
  readonly conflicts: readonly Conflict[];
}

export async function planSetup(
  connection: Connection,
  input: SetupInput,
  signal: AbortSignal,
): Promise<Plan> {
  requireSupported(connection.address, await readVersion(connection, signal));
  const templates = input.assets.filter(({ kind }) => kind === 'index_template');
  const existing = await readIndexTemplates(connection, signal);
  const streams = await readDataStreams(connection, templates.flatMap(patternsOf), signal);
  const owners = templates.flatMap((template) => findOwners(template, existing));
  const judged = await judgeAssets(connection, input, signal);
  const strangers = input.takeOver ? undefined : findStrangers(streams, existing);
  return {
    steps: judged.flatMap(({ step }) => (step ? [step] : [])),
    createStreams: input.dataStreams.filter((name) => !streams.some((stream) => stream.name === name)),
    retain: input.retention === undefined ? [] : streams.map(({ name }) => name),
    retention: input.retention,
    rollOver: await findOutdated(connection, streams, stampOf(input.assets), signal),
    conflicts: [
      ...owners,
      ...withoutRepeats(
        owners,
        judged.flatMap(({ conflict }) => (conflict ? [conflict] : [])),
      ),
      // Once an owner has gone, its data streams are strangers: one thing at a time.
      ...(strangers && owners.length === 0 ? [strangers] : []),
    ],
  };
}

/** Data streams whose documents still go into a backing index that other templates made, or older ones of ours. */
async function findOutdated(
  connection: Connection,
  streams: readonly DataStream[],
  stamp: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const outdated: string[] = [];
  for (const stream of streams) {
    if (stream.rollsOver) continue;
    const meta = await readMappingMeta(connection, stream, signal);
    if (meta.m365 !== stamp) outdated.push(stream.name);
  }
  return outdated;
}

/** A package owns its templates as well as its data streams: said once. */
function withoutRepeats(owners: readonly Conflict[], others: readonly Conflict[]): readonly Conflict[] {
  return owners.length === 0 ? others : others.filter(({ code }) => code !== 'asset');
}

interface Judged {
  readonly step?: Step;
  readonly conflict?: Conflict;
}

async function judgeAssets(
  connection: Connection,
  { assets, version }: SetupInput,
  signal: AbortSignal,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const asset of inOrder(stampMappings(assets)))
    judged.push(judge(asset, version, await readAsset(connection, asset, signal)));
  return judged;
}

function judge(asset: Asset, version: string, found: Found | undefined): Judged {
  if (!found) return { step: { asset, action: 'create' } };
  if (!isOurs(found.body)) return { conflict: describeForeignAsset(titleOf(asset), found) };
  const mark = isObject(found.body._meta) ? found.body._meta : {};
  const theirs = typeof mark.version === 'string' ? mark.version : '0';
  if (isNewer(theirs, version)) return { conflict: describeNewer(titleOf(asset), theirs, version) };
  const unchanged = mark.digest === markOf(asset, version).digest;
  return { step: { asset, action: unchanged ? 'keep' : 'update' } };
}

function isNewer(theirs: string, ours: string): boolean {
  return theirs.localeCompare(ours, 'en', { numeric: true }) > 0;
}
