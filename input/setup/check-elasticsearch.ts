// Checks that an Elasticsearch is ready for delivery: version, processors, privileges, blocks, templates and their owner. It
// only reads, asks everything even when the first answer is bad, and says what to do about each.

import { isObject } from '../../pipelines/json/unknown.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { isSupported, oldestVersion, readVersion } from '../outputs/elasticsearch/connect/version.ts';
import { ElasticsearchError } from '../outputs/elasticsearch/errors/elasticsearch-error.ts';
import type { InstalledAsset } from '../outputs/elasticsearch/template/template-owner.ts';
import { adviseReadingKey, clusterPrivileges, dataStreamPrivileges, readingPrivileges } from './api-key.ts';
import { checkBlocks } from './check-blocks.ts';
import { readDataStreams, readIndexTemplates } from './cluster-state.ts';
import { type DeliveryTargets, judgeFollowed, judgeTemplates } from './judge-templates.ts';

export interface ElasticsearchFinding {
  /** The check: `version`, `processors`, `privileges`, `reading key`, `blocks` or `templates`. */
  readonly name: string;
  /** The result; `unknown` where nothing follows, mostly because the key may not ask. */
  readonly state: 'ok' | 'problem' | 'unknown';
  /** The finding in one line. */
  readonly message: string;
  /** The action to take; empty where there is none. */
  readonly advice: string;
}

/** What the connection that delivers may not look at, another one may be given for. */
export interface CheckOptions {
  /** A connection with the key for reading, where there is one. */
  readonly reader?: Connection | undefined;
}

/** Runs all checks. Rejects only when the signal aborts; an Elasticsearch that cannot be reached is one finding. */
export async function checkElasticsearch(
  connection: Connection,
  targets: DeliveryTargets,
  signal: AbortSignal,
  { reader }: CheckOptions = {},
): Promise<readonly ElasticsearchFinding[]> {
  const looking = reader ?? connection;
  const { dataStreams } = targets;
  const version = await guarded('version', signal, () => checkVersion(connection, signal));
  if (version.state === 'problem') return [version];
  const blocks = await guarded('blocks', signal, async () => ({
    name: 'blocks',
    ...(await checkBlocks(looking, dataStreams, signal)),
  }));
  return [
    version,
    await guarded('processors', signal, () => checkProcessors(connection, signal)),
    await guarded('privileges', signal, () => checkPrivileges(connection, dataStreams, signal, reader)),
    ...(reader
      ? [await guarded('reading key', signal, () => checkReadingKey(reader, dataStreams, signal))]
      : []),
    // The absence of blocks needs no line.
    ...(blocks.state === 'ok' ? [] : [blocks]),
    await guarded('templates', signal, () => checkTemplates(looking, targets, signal)),
  ];
}

async function guarded(
  name: string,
  signal: AbortSignal,
  check: () => Promise<ElasticsearchFinding>,
): Promise<ElasticsearchFinding> {
  try {
    return await check();
  } catch (error) {
    signal.throwIfAborted();
    const { message, advice } =
      error instanceof OperatorError ? error : { message: describeError(error), advice: '' };
    const forbidden = error instanceof ElasticsearchError && error.category === 'privilege';
    return { name, state: forbidden ? 'unknown' : 'problem', message, advice };
  }
}

function ok(name: string, message: string): ElasticsearchFinding {
  return { name, state: 'ok', message, advice: '' };
}

async function checkVersion(connection: Connection, signal: AbortSignal): Promise<ElasticsearchFinding> {
  const version = await readVersion(connection, signal);
  const what = version.serverless ? 'Elasticsearch Serverless' : `Elasticsearch ${version.number}`;
  if (version.number === undefined)
    return {
      name: 'version',
      state: 'unknown',
      message: `${connection.address} answers, but this key may not ask for its version.`,
      advice: 'Give the key the cluster privilege monitor.',
    };
  if (isSupported(version)) return ok('version', `${connection.address} is ${what}.`);
  return {
    name: 'version',
    state: 'problem',
    message: `${connection.address} is ${what}; ${oldestVersion} or later is needed.`,
    advice: `Upgrade it to ${oldestVersion} or later.`,
  };
}

const processors = ['geoip', 'user_agent'] as const;

async function checkProcessors(connection: Connection, signal: AbortSignal): Promise<ElasticsearchFinding> {
  const { body } = await connection.send(
    {
      method: 'GET',
      path: '/_nodes/ingest',
      query: { filter_path: 'nodes.*.name,nodes.*.roles,nodes.*.ingest.processors.type' },
      name: 'nodes.info',
    },
    signal,
  );
  const nodes = isObject(body) && isObject(body.nodes) ? Object.values(body.nodes).filter(isObject) : [];
  const ingesting = nodes.filter(({ roles }) => !Array.isArray(roles) || roles.includes('ingest'));
  const lacking = ingesting.flatMap((node) => {
    const missing = processors.filter((type) => !processorTypes(node).has(type));
    return missing.length === 0 ? [] : [`${String(node.name)} lacks ${missing.join(' and ')}`];
  });
  if (ingesting.length > 0 && lacking.length === 0)
    return ok('processors', `The ingest processors ${processors.join(' and ')} are there.`);
  return {
    name: 'processors',
    state: 'problem',
    message:
      ingesting.length === 0
        ? 'No node has the role ingest.'
        : `Ingest processors are missing: ${lacking.join('; ')}.`,
    advice:
      'The pipelines of setup need them. They come with every Elasticsearch of Elastic; give a node of that kind the role ingest.',
  };
}

function processorTypes({ ingest }: Readonly<Record<string, unknown>>): ReadonlySet<unknown> {
  const list = isObject(ingest) && Array.isArray(ingest.processors) ? ingest.processors : [];
  return new Set(list.filter(isObject).map(({ type }) => type));
}

async function checkPrivileges(
  connection: Connection,
  dataStreams: readonly string[],
  signal: AbortSignal,
  reader: Connection | undefined,
): Promise<ElasticsearchFinding> {
  const lacking = await findLacking(connection, dataStreams, dataStreamPrivileges, signal);
  if (!lacking) return ok('privileges', 'Security is off on this Elasticsearch: anybody may do anything.');
  if (lacking.length === 0) return ok('privileges', 'The key has every privilege that delivery needs.');
  const delivers = !lacking.some((each) => each.startsWith('create_doc'));
  return {
    name: 'privileges',
    state: delivers ? 'unknown' : 'problem',
    message: `The key lacks ${lacking.join(', ')}.`,
    advice: adviceFor(lacking, dataStreams, { delivers, reads: reader !== undefined }),
  };
}

async function checkReadingKey(
  reader: Connection,
  dataStreams: readonly string[],
  signal: AbortSignal,
): Promise<ElasticsearchFinding> {
  const lacking = await findLacking(reader, dataStreams, readingPrivileges, signal);
  if (!lacking || lacking.length === 0)
    return ok('reading key', 'The key for reading has every privilege that it needs.');
  return {
    name: 'reading key',
    state: 'problem',
    message: `The key for reading lacks ${lacking.join(', ')}.`,
    advice: adviseReadingKey(dataStreams),
  };
}

/** Returns the privileges that are missing, and on what; undefined where security is off. */
async function findLacking(
  connection: Connection,
  dataStreams: readonly string[],
  privileges: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { status, body } = await connection.send(
    {
      method: 'POST',
      path: '/_security/user/_has_privileges',
      body: {
        cluster: [...clusterPrivileges],
        index: [{ names: [...dataStreams], privileges: [...privileges] }],
      },
      name: 'security.has_privileges',
    },
    signal,
    [400, 404, 405],
  );
  if (status !== 200 || !isObject(body)) return undefined;
  return [
    ...lackingOf(body.cluster).map((privilege) => `${privilege} on the cluster`),
    ...(isObject(body.index) ? Object.entries(body.index) : []).flatMap(([name, granted]) =>
      lackingOf(granted).map((privilege) => `${privilege} on ${name}`),
    ),
  ];
}

function lackingOf(granted: unknown): string[] {
  if (!isObject(granted)) return [];
  return Object.keys(granted).filter((privilege) => granted[privilege] === false);
}

function adviceFor(
  lacking: readonly string[],
  dataStreams: readonly string[],
  { delivers, reads }: { readonly delivers: boolean; readonly reads: boolean },
): string {
  const looks = lacking.some((each) => /^(read|maintenance)/.test(each));
  const why = looks
    ? ' Without read and maintenance, documents of unknown outcome are sent again unseen; across a rollover they are counted as possibly duplicate.'
    : '';
  if (!delivers) return `Create the API key shown below, with POST /_security/api_key.${why}`;
  const key = reads
    ? ''
    : ` To look at them with prove, replay, deduplicate, state rebuild and check: ${adviseReadingKey(dataStreams)}`;
  return `It delivers, as the key of an agent under Fleet does.${why}${key}`;
}

async function checkTemplates(
  connection: Connection,
  targets: DeliveryTargets,
  signal: AbortSignal,
): Promise<ElasticsearchFinding> {
  const templates = await readIndexTemplates(connection, signal).catch(() => undefined);
  if (templates) return { name: 'templates', ...judgeTemplates(targets, templates) };
  // Reading templates takes an administrator's key; a live data stream shows its own to every key.
  const { dataStreams, raw } = targets;
  const streams = await readDataStreams(connection, dataStreams, signal).catch(() => []);
  const shown = new Map(
    streams.flatMap(({ name, template, meta }): [string, InstalledAsset][] =>
      template !== undefined && isObject(meta) ? [[name, { name: template, body: { _meta: meta } }]] : [],
    ),
  );
  if (dataStreams.every((name) => shown.has(name)))
    return { name: 'templates', ...judgeFollowed(targets, (name) => shown.get(name)) };
  const followed = streams.flatMap(({ name, template }) => (template ? [`${name} follows ${template}`] : []));
  const wanted =
    raw.size === 0 ? '`m365 setup` was run' : 'a package that maps raw records owns the data streams';
  return {
    name: 'templates',
    state: 'unknown',
    message: ['This key may not read index templates', ...followed].join('; ').concat('.'),
    advice: `Check once with an administrator’s key whether ${wanted}.`,
  };
}
