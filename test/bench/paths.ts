// What a record costs the server on each of its two ways into the index, side by side: mapped by the input, or sent as it
// is and mapped by the ingest pipeline. Arguments: how often each way is taken.

import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { makeUpRecords } from '../pipelines/made-up.ts';
import { readPublicRecords, sampleContext } from '../pipelines/samples.ts';
import { ask, cpuMs, withServer } from './server.ts';

const batch = 500;
const mapper = loadMapper();

interface Way {
  readonly name: string;
  readonly prepare: (text: string, namespace: string) => string;
  documents: number;
  serverMs: number;
  ownMs: number;
}

const makeWays = (): Way[] =>
  [
    {
      name: 'mapped by the input',
      prepare: (text: string, namespace: string) =>
        mapper.write(mapper.read(text), { ...sampleContext, namespace }),
    },
    {
      name: 'mapped by the ingest pipeline',
      prepare: (text: string) => JSON.stringify({ '@timestamp': sampleContext.fetchedAt, message: text }),
    },
  ].map((way) => ({ ...way, documents: 0, serverMs: 0, ownMs: 0 }));

export function main([rounds = '5']: readonly string[]): Promise<void> {
  return withServer((url) => measureAll(url, Number(rounds)));
}

async function measureAll(url: string, rounds: number): Promise<void> {
  process.env.ELASTICSEARCH_URL = url;
  const { prepare } = await import('../elasticsearch/mapping-server.ts');
  const definitions = loadDefinitions();
  const records = readPublicRecords();
  const texts = records.length > 0 ? records : makeUpRecords(definitions, 10, 7);
  const { dataStream, drop } = await prepare(definitions);
  try {
    // The first round pays for compiling scripts and classes.
    for (const way of makeWays()) await take(url, dataStream, way, texts, 'first');
    const ways = makeWays();
    for (let round = 1; round <= rounds; round += 1)
      for (const way of ways) await take(url, dataStream, way, texts, String(round));
    for (const { name, documents, serverMs, ownMs } of ways) {
      const server = Math.round(documents / (serverMs / 1000));
      const own = Math.round(documents / (ownMs / 1000));
      console.log(`${name}: ${server} documents per CPU-second of the server, ${own} of this process`);
    }
  } finally {
    await drop();
  }
}

async function take(url: string, dataStream: string, way: Way, texts: readonly string[], round: string) {
  const namespace = dataStream.slice('logs-o365.audit-'.length);
  const records = texts.map((text, i) =>
    JSON.stringify({ ...JSON.parse(text), Id: `${way.name} ${round} ${i}` }),
  );
  const start = process.cpuUsage();
  const lines = records.map((text) => `{"create":{}}\n${way.prepare(text, namespace)}\n`);
  const { user, system } = process.cpuUsage(start);
  way.ownMs += (user + system) / 1000;
  const before = await cpuMs(url);
  for (let at = 0; at < lines.length; at += batch)
    await ask(url, 'POST', `/${dataStream}/_bulk`, lines.slice(at, at + batch).join(''));
  await ask(url, 'POST', `/${dataStream}/_refresh`);
  way.serverMs += (await cpuMs(url)) - before;
  way.documents += lines.length;
}
