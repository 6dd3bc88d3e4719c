// `m365 preview`: the dashboards on a page of this machine, over a real Elasticsearch and without Kibana.

import { Command, InvalidArgumentError } from 'commander';
import { createFieldLookup, generateSavedObjects, loadDashboards } from '../../../dashboards/index.ts';
import { loadDefinitions } from '../../../pipelines/index.ts';
import { OperatorError } from '../../errors.ts';
import { connect } from '../../outputs/elasticsearch/connection.ts';
import { Failure } from '../../outputs/elasticsearch/failure.ts';
import { servePreview } from '../../preview/server.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  connectionHelp,
  readConnectionFlags,
} from '../../setup/connection-options.ts';
import { listenForInterruption } from '../interruption.ts';
import { previewSource } from '../preview-source.ts';

interface PreviewFlags extends ConnectionFlags {
  readonly port: number;
  readonly index: string;
  readonly now?: number;
}

const teaching = `
What it shows:
  The dashboards that the package installs in Kibana, drawn from the same
  generated saved objects: what is wrong here is wrong there. It listens on
  127.0.0.1 only and reads, never writes.
${connectionHelp}
  It takes the privilege read on the indices it looks at.

Examples:
  m365 preview --url http://127.0.0.1:9200
  m365 preview --policy my.yml --port 0
  m365 preview --policy my.yml --now 2026-11-20T12:00:00Z     as if it were then

Ctrl-C ends it.`;

export function previewCommand(): Command {
  const command = new Command('preview')
    .summary('look at the dashboards without Kibana')
    .description('Draws the dashboards on a local web page, over a real Elasticsearch.');
  return addConnectionOptions(command)
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 8366)
    .option('--index <pattern>', 'where to look', 'logs-*')
    .option('--now <time>', 'the time that "now" stands for', readTime)
    .addHelpText('after', teaching)
    .action(runPreview);
}

async function runPreview(flags: PreviewFlags): Promise<void> {
  const objects = generateSavedObjects(loadDashboards(), createFieldLookup(loadDefinitions()));
  const connection = await connect(await readConnectionFlags(flags));
  using interruption = listenForInterruption();
  const { stop } = interruption;
  const search = async (body: object) => {
    const path = `/${encodeURIComponent(flags.index)}/_search`;
    const answer = await connection.send({ method: 'POST', path, body, name: 'search' }, stop);
    return answer.body;
  };
  await tryFirst(search, flags, stop);
  const source = previewSource(objects, search, () => flags.now ?? Date.now());
  const server = await servePreview(source, flags.port);
  console.log(`The dashboards, over ${connection.address}: ${server.url}`);
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  await server.close();
  await connection.close();
}

/** What would fail for every panel is said before there is a page: an address, a key, a privilege. */
async function tryFirst(
  search: (body: object) => Promise<unknown>,
  { index }: PreviewFlags,
  stop: AbortSignal,
) {
  try {
    await search({ size: 0, track_total_hits: false });
  } catch (error) {
    if (stop.aborted || !(error instanceof Failure)) throw error;
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
