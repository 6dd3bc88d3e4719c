// Loads the sample into an Elasticsearch: the project's own templates and pipelines under names of their own, so that
// nothing there is touched, then the documents.

import { assetPath, inDependencyOrder, type SetupAsset } from '../../../input/setup/assets.ts';
import { readOwnAssets } from '../../../input/setup/own-assets.ts';
import { loadMapper } from '../../../pipelines/index.ts';
import { sampleCollection } from './collection.ts';
import { sampleAudits, sampleRisks } from './directory.ts';
import { type SampleDocument, type SampleOptions, sampleEvents } from './events.ts';
import { sampleTraces } from './mail-flow.ts';
import { sampleAlerts, sampleIncidents } from './security.ts';
import { sampleHealth } from './service-health.ts';
import { sampleSignIns } from './sign-ins.ts';

export const sample: SampleOptions = {
  seed: 7,
  end: Date.parse('2026-11-20T12:00:00Z'),
  days: 7,
  events: 6000,
  namespace: 'dashboards',
};

/** The documents of each dataset that dashboards are about. */
const makers: Readonly<Record<string, (options: SampleOptions) => SampleDocument[]>> = {
  'o365.audit': (options) => sampleEvents(options, loadMapper()),
  'm365.collection': sampleCollection,
  'azure.signinlogs': sampleSignIns,
  'azure.auditlogs': sampleAudits,
  'azure.identity_protection': sampleRisks,
  'm365.service_health': sampleHealth,
  'm365_defender.alert': sampleAlerts,
  'm365_defender.incident': sampleIncidents,
  'microsoft_exchange_online_message_trace.log': sampleTraces,
};

export const sampleStreams: readonly string[] = Object.keys(makers).map((dataset) =>
  streamOf(`logs-${dataset}`),
);

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

export function askAt(url: string): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer).slice(0, 400)}`);
    return answer;
  };
}

/** Replaces whatever sample there was. */
export async function loadSample(url: string, options = sample): Promise<void> {
  const ask = askAt(url);
  await removeSample(url);
  for (const asset of sampleAssets()) await ask('PUT', assetPath(asset), asset.body);
  for (const [dataset, make] of Object.entries(makers))
    await write(ask, streamOf(`logs-${dataset}`), make(options));
  await ask('POST', `/${sampleStreams.join(',')}/_refresh`);
}

export async function removeSample(url: string): Promise<void> {
  const ask = askAt(url);
  for (const stream of sampleStreams) await ask('DELETE', `/_data_stream/${stream}`);
  for (const asset of sampleAssets().toReversed()) await ask('DELETE', assetPath(asset));
}

/** As generated, but for the names and for whom they are. The pipelines of raw records take no part in the sample. */
function sampleAssets(): SetupAsset[] {
  const assets = inDependencyOrder(readOwnAssets()).filter(({ name }) => !name.includes('@m365-raw'));
  const rename = (name: string) => `sample-${name}`;
  return assets.map(({ kind, name, body }) => {
    const text = assets.reduce(
      (renamed, other) => renamed.replaceAll(`"${other.name}"`, `"${rename(other.name)}"`),
      JSON.stringify(body),
    );
    const own = kind === 'index_template' ? { index_patterns: [streamOf(name)], priority: 900 } : {};
    return { kind, name: rename(name), body: { ...JSON.parse(text), ...own } };
  });
}

function streamOf(template: string): string {
  return `${template}-${sample.namespace}`;
}

const batchSize = 1000;

async function write(ask: Ask, stream: string, documents: readonly SampleDocument[]): Promise<void> {
  for (let start = 0; start < documents.length; start += batchSize) {
    const lines = documents
      .slice(start, start + batchSize)
      .map(({ id, source }) => `${JSON.stringify({ create: { _id: id } })}\n${JSON.stringify(source)}\n`);
    const answer = await ask('POST', `/${stream}/_bulk`, lines.join(''));
    refuseErrors(answer);
  }
}

function refuseErrors(answer: unknown): void {
  if (typeof answer === 'object' && answer !== null && 'errors' in answer && answer.errors === false) return;
  throw new Error(`the sample was refused: ${JSON.stringify(answer).slice(0, 800)}`);
}
