// A checkout of the project as benchmarks measure it: the templates and pipelines that are committed there, under names
// of their own on the server, and its mapper as a process of its own, so that two checkouts stand side by side.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ask } from './server.ts';

export const thisCheckout = join(import.meta.dirname, '..', '..');

/** Lists this checkout after the one that it is compared with, where one is given. */
export function listCheckouts(against: string | undefined): string[] {
  return against === undefined ? [thisCheckout] : [resolve(against), thisCheckout];
}

export interface Installed {
  readonly stream: string;
  readonly drop: () => Promise<void>;
}

const prefix = 'logs-o365.audit@';
const rawPrefix = `${prefix}m365-raw`;

export interface InstallOptions {
  /** The settings of the index. */
  readonly settings?: object;
  /** The many pipelines of raw records take a while to put. */
  readonly withRaw: boolean;
}

/** Puts the template and the pipelines of one data stream in place. */
export async function install(
  url: string,
  checkout: string,
  { settings = {}, withRaw }: InstallOptions,
): Promise<Installed> {
  const mark = `m365bench${randomUUID().slice(0, 8)}`;
  const read = (path: string) =>
    JSON.parse(readFileSync(join(checkout, path), 'utf8').replaceAll(prefix, `${mark}@`));
  const folder = 'pipelines/generated/ingest_pipeline';
  const pipelines = readdirSync(join(checkout, folder)).filter(
    (file) => file.startsWith(prefix) && (withRaw || !file.startsWith(rawPrefix)),
  );
  const component = read(`fields/generated/component_template/${prefix}package.json`);
  const index = read('fields/generated/index_template/logs-o365.audit.json');
  const stream = `logs-o365.audit-${mark}`;
  const all = { number_of_replicas: 0, refresh_interval: '30s', ...settings };
  const paths = [
    ...pipelines.map((file) => ({
      path: `/_ingest/pipeline/${file.slice(0, -'.json'.length).replace(prefix, `${mark}@`)}`,
      body: read(`${folder}/${file}`),
    })),
    { path: `/_component_template/${mark}@package`, body: component },
    {
      path: `/_index_template/${mark}`,
      body: { ...index, index_patterns: [stream], priority: 10_000, template: { settings: all } },
    },
  ];
  for (const { path, body } of paths) await ask(url, 'PUT', path, body);
  return {
    stream,
    drop: async () => {
      await ask(url, 'DELETE', `/_data_stream/${stream}`);
      for (const { path } of paths.toReversed()) await ask(url, 'DELETE', path);
    },
  };
}

/** Returns a document for each record, in their order, as the checkout's own `m365 map` writes it. */
export function mapBy(checkout: string, texts: readonly string[], preserveOriginal = false): string[] {
  const args = ['input/cli/m365.js', 'map', ...(preserveOriginal ? ['--preserve-original'] : [])];
  const written = execFileSync(process.execPath, args, {
    cwd: checkout,
    input: texts.map((text) => `${text}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const documents = written.split('\n').filter(Boolean);
  if (documents.length !== texts.length)
    throw new Error(`${checkout} made ${documents.length} documents of ${texts.length} records`);
  return documents;
}

/** Builds the bodies of bulk requests that create a document of each line, in this order. */
export function bulkBodies(
  documents: readonly string[],
  batch: number,
  identify: (document: string) => string | undefined = () => undefined,
): string[] {
  const lines = documents.map(
    (document) => `${JSON.stringify({ create: { _id: identify(document) } })}\n${document}\n`,
  );
  return Array.from({ length: Math.ceil(lines.length / batch) }, (_, at) =>
    lines.slice(at * batch, (at + 1) * batch).join(''),
  );
}
