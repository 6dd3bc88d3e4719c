// Runs the tests that need a real Elasticsearch: against ELASTICSEARCH_URL, else against a node of its own where the
// means to start one lie beside the repository, else not at all, and says so. With `--create-only` the tests of delivery run
// alone, with a key as Fleet issues it. Further arguments go to jest.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const nodeFolder = join(root, '..', 'shared', 'elasticsearch');

interface Server {
  readonly url: string;
  stop(): void;
}

const createOnly = process.argv.includes('--create-only');
const words = process.argv.slice(2).filter((word) => word !== '--create-only');

/** The tests in which the output may not look at what it delivered. */
const deliveryTests = ['delivery', 'once', 'restart', 'raw', 'second-collector'];

const server = await findServer();
if (server) {
  process.exitCode = await runTests(server.url).finally(() => server.stop());
} else {
  console.log(
    'Skipped: no Elasticsearch. Set ELASTICSEARCH_URL to one that may be written to, such as\n' +
      '  docker run -p 9200:9200 -e discovery.type=single-node -e xpack.security.enabled=false docker.elastic.co/elasticsearch/elasticsearch:9.1.0\n' +
      '  ELASTICSEARCH_URL=http://127.0.0.1:9200 npm run test:elasticsearch',
  );
}

async function findServer(): Promise<Server | undefined> {
  const url = process.env.ELASTICSEARCH_URL;
  if (url) return { url, stop: () => {} };
  if (!existsSync(join(nodeFolder, 'start.sh'))) return undefined;
  return startNode(process.env.ES_PORT ?? String(await findFreePort(9310)));
}

function startNode(port: string): Server {
  const run = (script: string) =>
    spawnSync(join(nodeFolder, script), {
      env: { ...process.env, ES_PORT: port },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  console.error(`Starting an Elasticsearch on 127.0.0.1:${port} …`);
  if (run('start.sh').status !== 0) throw new Error('the Elasticsearch node did not start');
  return { url: `http://127.0.0.1:${port}`, stop: () => run('stop.sh') };
}

/** The node also takes the port 100 above. */
async function findFreePort(from: number): Promise<number> {
  for (let port = from; port < from + 80; port += 2)
    if (!(await isTaken(port)) && !(await isTaken(port + 100))) return port;
  throw new Error(`no free port from ${from} on`);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function runTests(url: string): Promise<number> {
  const jest = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--selectProjects',
      'elasticsearch',
      '--runInBand',
      ...(createOnly ? deliveryTests.map((name) => `test/elasticsearch/${name}\\.test\\.ts$`) : []),
      ...words,
    ],
    {
      cwd: root,
      env: { ...process.env, ELASTICSEARCH_URL: url, ...(createOnly && { M365_TEST_KEY: 'create-only' }) },
      stdio: 'inherit',
    },
  );
  // Interrupting reaches jest as well; the node is stopped once it has ended.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => jest.kill());
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('exit', (code) => resolve(code ?? 1));
  });
}
