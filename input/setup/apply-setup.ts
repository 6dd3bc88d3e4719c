// Applies a plan of setup, and removes the assets of an earlier one. Both may be run again at any point.

import { OperatorError } from '../contract/errors.ts';
import type { ElasticsearchRequest } from '../outputs/elasticsearch/connect/client.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { findWinner, isOurs, patternsOf } from '../outputs/elasticsearch/template/template-owner.ts';
import { assetPath, inDependencyOrder, markedBody, type SetupAsset, titleOf } from './assets.ts';
import {
  explainMissingPrivilege,
  privilegeFor,
  readAsset,
  readDataStreams,
  readIndexTemplates,
} from './cluster-state.ts';
import { groupSteps } from './group-steps.ts';
import { putRetention } from './lifecycle.ts';
import type { SetupPlan } from './plan-setup.ts';

/** Prints a line for the operator. */
export type PrintLine = (line: string) => void;

export async function applySetup(
  connection: Connection,
  plan: SetupPlan,
  version: string,
  print: PrintLine,
  signal: AbortSignal,
): Promise<void> {
  for (const group of groupSteps(plan.steps)) {
    for (const { asset } of group.steps) await putAsset(connection, asset, version, signal);
    print(group.describe({ create: 'created', update: 'updated' }));
  }
  for (const name of plan.rollOver) {
    const path = `/${encodeURIComponent(name)}/_rollover`;
    // A lazy rollover gives no empty backing index to a data stream that gets no more documents.
    const request: ElasticsearchRequest = {
      method: 'POST',
      path,
      query: { lazy: true },
      name: 'setup.rollover',
    };
    await change(connection, request, `the rollover of ${name}`, 'manage on the data stream', signal);
    print(`rolled over data stream ${name}, with its next document`);
  }
  if (plan.retention !== undefined && plan.retain.length > 0) {
    await putRetention(connection, plan.retain, plan.retention, signal);
    print(`set the retention of ${plan.retain.join(', ')} to ${plan.retention}`);
  }
  for (const name of plan.createStreams) {
    const path = `/_data_stream/${encodeURIComponent(name)}`;
    const request: ElasticsearchRequest = { method: 'PUT', path, name: 'setup.create' };
    await change(connection, request, `data stream ${name}`, 'create_index on the data stream', signal);
    print(`created data stream ${name}`);
  }
}

function putAsset(
  connection: Connection,
  asset: SetupAsset,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  const body = markedBody(asset, version);
  const request: ElasticsearchRequest = { method: 'PUT', path: assetPath(asset), body, name: 'setup.put' };
  return change(connection, request, titleOf(asset), privilegeFor[asset.kind], signal);
}

async function change(
  connection: Connection,
  request: ElasticsearchRequest,
  what: string,
  privilege: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await connection.send(request, signal);
  } catch (error) {
    throw explainMissingPrivilege(error, what, privilege);
  }
}

/** Removes the assets that are marked as ours, and returns their number. Throws an OperatorError while they are in use. */
export async function removeSetup(
  connection: Connection,
  assets: readonly SetupAsset[],
  dryRun: boolean,
  print: PrintLine,
  signal: AbortSignal,
): Promise<number> {
  await refuseWhileLive(connection, assets, signal);
  let removed = 0;
  for (const asset of inDependencyOrder(assets).toReversed()) {
    const found = await readAsset(connection, asset, signal);
    if (found && !isOurs(found.body)) print(`left ${titleOf(asset)}, which is not ours`);
    if (!found || !isOurs(found.body)) continue;
    removed += 1;
    if (!dryRun)
      await change(
        connection,
        { method: 'DELETE', path: assetPath(asset), name: 'setup.delete' },
        titleOf(asset),
        privilegeFor[asset.kind],
        signal,
      );
    print(`${dryRun ? 'would remove' : 'removed'} ${titleOf(asset)}`);
  }
  return removed;
}

async function refuseWhileLive(
  connection: Connection,
  assets: readonly SetupAsset[],
  signal: AbortSignal,
): Promise<void> {
  const patterns = assets.filter(({ kind }) => kind === 'index_template').flatMap(patternsOf);
  const templates = await readIndexTemplates(connection, signal);
  const streams = await readDataStreams(connection, patterns, signal);
  const live = streams.filter(({ name }) => {
    const winner = findWinner(name, templates);
    return winner !== undefined && isOurs(winner.body);
  });
  if (live.length === 0) return;
  const names = live.map(({ name }) => name);
  throw new OperatorError({
    code: 'setup-in-use',
    message: `Nothing was removed: the templates are in use by ${names.join(', ')}.`,
    advice: `Delete the data streams first, with all their documents (DELETE _data_stream/${names.join(',')}), or keep the templates.`,
    retry: { kind: 'never' },
  });
}
