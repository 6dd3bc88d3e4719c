// The command `m365 preview`: it shows the dashboards on a page of this machine, over a real Elasticsearch or local
// files and without Kibana.

import { Command, InvalidArgumentError } from 'commander';
import { createFieldLookup, generateSavedObjects, loadDashboards } from '../../../dashboards/index.ts';
import { OperatorError } from '../../contract/errors.ts';
import { listDocumentFiles, statPath } from '../../local-documents/document-files.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { ElasticsearchError } from '../../outputs/elasticsearch/errors/elasticsearch-error.ts';
import type { PreviewSource } from '../../preview/contract.ts';
import { servePreview } from '../../preview/server.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { loadCollectedPolicy } from '../policy-flag.ts';
import { localDocuments } from '../preview/local-answers.ts';
import { chooseLocalPaths, usualFolder } from '../preview/local-paths.ts';
import { previewSource } from '../preview/preview-source.ts';
import { listenForInterruption } from '../terminal/interruption.ts';

interface PreviewFlags extends ConnectionFlags {
  readonly port: number;
  readonly index: string;
  readonly now?: number;
  readonly data?: string;
}

const teaching = `
What it shows:
  The dashboards that the packages install in Kibana, drawn from the same
  generated saved objects: what is wrong here is wrong there. It listens on
  127.0.0.1 only and reads, never writes.

Over local documents (--data, or a policy with an output of type file; without
any flag ./data/events, where they are) no Elasticsearch is needed. What only
an Elasticsearch adds, where an address is and which browser it was, is missing
then, and the panels that show it say so.
${connectionHelp}
  It takes the privilege read on the indices it looks at.

Examples:
  m365 preview                                      over ./data/events
  m365 preview --data /var/lib/m365/events
  m365 preview --url http://127.0.0.1:9200
  m365 preview --policy my.yml --port 0
  m365 preview --policy my.yml --now 2026-11-20T12:00:00Z     as if it were then

Ctrl-C ends it.`;

export function previewCommand(): Command {
  const command = new Command('preview')
    .summary('look at the dashboards without Kibana')
    .description('Draws the dashboards on a local web page, over an Elasticsearch or local documents.');
  return addConnectionOptions(command)
    .option('--data <path>', 'look at local documents: a folder of a file output, or one file')
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 8366)
    .option('--index <pattern>', 'where to look', 'logs-*')
    .option('--now <time>', 'the time that "now" stands for', readTime)
    .addHelpText('after', teaching)
    .action(runPreview);
}

async function runPreview(flags: PreviewFlags): Promise<void> {
  const objects = generateSavedObjects(loadDashboards(), createFieldLookup());
  const now = () => flags.now ?? Date.now();
  using interruption = listenForInterruption();
  const { stop } = interruption;
  const paths = await chooseLocalDocuments(flags);
  if (paths !== undefined) {
    const { search, complete } = localDocuments(paths, now);
    await serve(previewSource(objects, search, now, complete), paths.join(', '), flags.port, stop);
    return;
  }
  const connection = await connect(await readConnectionFlags(flags));
  const search = async (body: object) => {
    const path = `/${encodeURIComponent(flags.index)}/_search`;
    const answer = await connection.send({ method: 'POST', path, body, name: 'search' }, stop);
    return answer.body;
  };
  await tryFirst(search, flags, stop);
  await serve(previewSource(objects, search, now), connection.address, flags.port, stop);
  await connection.close();
}

async function serve(source: PreviewSource, over: string, port: number, stop: AbortSignal): Promise<void> {
  const server = await servePreview(source, port);
  console.log(`The dashboards, over ${over}: ${server.url}`);
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
}

/** Returns undefined where an Elasticsearch is meant, because it is named or nothing else is there. */
async function chooseLocalDocuments(flags: PreviewFlags): Promise<readonly string[] | undefined> {
  if (flags.data !== undefined) return chooseLocalPaths({ data: flags.data });
  if (flags.url !== undefined) return undefined;
  if (flags.policy !== undefined) {
    const { outputs } = await loadCollectedPolicy({ policy: flags.policy });
    return outputs.every(({ type }) => type === 'file')
      ? chooseLocalPaths({ policy: flags.policy })
      : undefined;
  }
  const found = (await statPath(usualFolder)) === undefined ? [] : await listDocumentFiles([usualFolder]);
  return found.length > 0 ? [usualFolder] : undefined;
}

/** An address, a key or a privilege that would fail for every panel is reported before there is a page. */
async function tryFirst(
  search: (body: object) => Promise<unknown>,
  { index }: PreviewFlags,
  stop: AbortSignal,
) {
  try {
    await search({ size: 0, track_total_hits: false });
  } catch (error) {
    if (stop.aborted || !(error instanceof ElasticsearchError)) throw error;
    const { code, message, status } = error;
    const advice =
      status === 401
        ? 'Give credentials that are valid there; m365 preview --help says how.'
        : status === 403
          ? `The key, or the user, needs the privilege read on ${index}.`
          : error.advice;
    throw new OperatorError({ code, message, advice, retry: { kind: 'never' }, cause: error });
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It is a whole number up to 65535.');
  return port;
}

function readTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It is a time such as 2026-11-20T12:00:00Z.');
  return time;
}
