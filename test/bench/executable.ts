// Measures the built executable (`npm run build`): its size, what its start takes, and its memory at rest and under load,
// which is read from Linux's /proc. Where that compares, the bundle and the repository are measured beside it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ContentOptions, EmulatorOptions } from '../../input/emulator/index.ts';
import { makeWorkplace, runProgram } from '../end-to-end/harness.ts';
import { listenLocally } from '../executable/listen-locally.ts';
import { fromRepository, releaseFolder } from '../executable/release.ts';
import { startEmulatorProcess } from './emulator-process.ts';
import { ask, withServer } from './server.ts';
import { collectUnderAgent, timeFirstCheckin } from './under-agent.ts';

const lookEveryMs = 200;
const MiB = 1024 * 1024;

interface Plan {
  readonly executable: string;
  /** The time at rest before memory is read. */
  readonly seconds: number;
  /** The size of the backlog. */
  readonly records: number;
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      records: { type: 'string', default: '200000' },
      server: { type: 'boolean', default: false },
    },
  });
  if (!existsSync(join(releaseFolder, 'm365'))) {
    console.log('Skipped: there is no release. Make one: npm run build');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'm365-bench-'));
  // Where somebody installs it, it is a copy: how a file was written decides how much of it the system maps at once.
  const executable = join(folder, 'm365');
  copyFileSync(join(releaseFolder, 'm365'), executable);
  const plan = { executable, seconds: Number(values.seconds), records: Number(values.records) };
  try {
    printSizes();
    measureCommands(executable);
    await measureStart(executable);
    await measureFirstCheckin(executable);
    await measureMemory(plan);
    await measureMemoryUnderAgent(plan);
    if (values.server) await withServer((url) => measureWithServer(plan, url));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printSizes(): void {
  const sizes = readdirSync(releaseFolder).map((name) => {
    const { size } = statSync(join(releaseFolder, name));
    return `${name} ${(size / MiB).toFixed(1)}`;
  });
  console.log(`MiB: ${sizes.join(', ')}; Node alone ${(statSync(process.execPath).size / MiB).toFixed(1)}`);
}

/** What ends at once, ten times each. */
function measureCommands(executable: string): void {
  const programs = {
    executable: [executable],
    bundle: [process.execPath, join(releaseFolder, 'm365.mjs')],
    repository: fromRepository,
  };
  for (const words of [['version'], ['run', '--help']])
    for (const [name, program] of Object.entries(programs)) {
      const all = Array.from({ length: 10 }, () => timeOf([...program, ...words]));
      const [wall, cpu] = [median(all.map(({ wall }) => wall)), median(all.map(({ cpu }) => cpu))];
      console.log(
        `${words.join(' ')}, ${name}: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} CPU s (medians of 10)`,
      );
    }
}

/** Node does not tell what its children used; the shell does. */
function timeOf(words: readonly string[]): { wall: number; cpu: number } {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.trunc(values.length / 2)] ?? 0;
}

/** The time from the start of `m365 run` to its first request. */
async function measureStart(executable: string): Promise<void> {
  const times: number[] = [];
  const server = createServer((_, response) => response.writeHead(503).end());
  await using microsoft = await listenLocally(server);
  const { url } = microsoft;
  const stream = {
    tenant_id: randomUUID(),
    client_id: randomUUID(),
    client_secret: 'bench',
    login_url: url,
    management_url: url,
    tags: ['m365-emulator'],
  };
  for (let run = 0; run < 5; run += 1) {
    const workplace = await makeWorkplace({ streams: [stream] });
    const began = performance.now();
    const child = start([executable, 'run', '--policy', workplace.policy]);
    const first = await Promise.race([once(server, 'request'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(`the collector has ended with ${first[0]}`);
    times.push((performance.now() - began) / 1000);
    await stop(child, 'SIGKILL');
    await workplace.remove();
  }
  console.log(
    `run, executable: ${median(times).toFixed(2)} s to its first request (median of ${times.length})`,
  );
}

/** The time from the start of `m365 agent` to its first check-in. */
async function measureFirstCheckin(executable: string): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1) times.push(await timeFirstCheckin(executable));
  console.log(
    `agent, executable: ${median(times).toFixed(2)} s to its first check-in (median of ${times.length})`,
  );
}

/** Their seeds differ: what is in an Elasticsearch already is delivered by no second run. */
const quiet = worldOf(1, { records: 1000, days: 1, recordsPerBlob: 20, ratePerMinute: 60 });
const backlogOf = ({ records }: Plan) => worldOf(2, { records, days: 1, recordsPerBlob: 100 });

function worldOf(seed: number, content: ContentOptions): EmulatorOptions {
  return { seed, startCooldown: 'off', tenants: [{ content }] };
}

async function measureMemory(plan: Plan, output?: Record<string, unknown>): Promise<void> {
  const to = output === undefined ? 'to files' : 'to Elasticsearch';
  await collect(plan.executable, quiet, output, ({ pid }) => measureAtRest(pid, plan, to));
  await collect(plan.executable, backlogOf(plan), output, ({ pid }, state) =>
    measureUnderLoad(pid, state, plan, to),
  );
}

async function measureMemoryUnderAgent(plan: Plan, output?: Record<string, unknown>): Promise<void> {
  const to = output === undefined ? 'under an agent, to files' : 'under an agent, to Elasticsearch';
  await collectUnderAgent(plan.executable, quiet, output, ({ pid }) => measureAtRest(pid, plan, to));
  await collectUnderAgent(plan.executable, backlogOf(plan), output, ({ pid, state }) =>
    measureUnderLoad(pid, state, plan, to),
  );
}

async function measureAtRest(pid: number | undefined, { seconds }: Plan, to: string): Promise<void> {
  await delay(seconds * 1000);
  const { RssAnon, VmRSS } = memoryOf(pid);
  console.log(`at rest, ${to}: RssAnon ${RssAnon} MiB, RSS ${VmRSS} MiB after ${seconds} s`);
}

async function measureUnderLoad(
  pid: number | undefined,
  state: string,
  { records }: Plan,
  to: string,
): Promise<void> {
  let most = 0;
  while ((await readDeliveredCount(state)) < records) {
    await delay(lookEveryMs);
    most = Math.max(most, memoryOf(pid).VmHWM ?? 0);
  }
  console.log(`under load, ${to}: RSS ${most} MiB at most, for ${records} records`);
}

async function measureWithServer(plan: Plan, url: string): Promise<void> {
  for (const measure of [measureMemory, measureMemoryUnderAgent]) {
    await measure(plan, { type: 'elasticsearch', hosts: [url] });
    await ask(url, 'DELETE', '/_data_stream/logs-o365.audit-demo');
  }
}

type Measure = (child: ChildProcess, state: string) => Promise<void>;

/** Runs a collector beside an emulator until it is measured. */
async function collect(
  executable: string,
  world: EmulatorOptions,
  output: Record<string, unknown> | undefined,
  measure: Measure,
): Promise<void> {
  const emulator = await startEmulatorProcess(world);
  const workplace = await makeWorkplace({ streams: [emulator.stream], ...(output && { output }) });
  if (output !== undefined) await runProgram(['setup', '--policy', workplace.policy]);
  const child = start([executable, 'run', '--policy', workplace.policy]);
  try {
    await measure(child, workplace.state);
  } finally {
    await stop(child, 'SIGTERM');
    await emulator.stop();
    await workplace.remove();
  }
}

/** The status file comes some seconds after the start, and then every few seconds. */
async function readDeliveredCount(state: string): Promise<number> {
  const file = join(state, 'status.json');
  if (!existsSync(file)) return 0;
  const status: { components: { kind: string; counters?: Record<string, number> }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return status.components
    .filter(({ kind }) => kind === 'feed')
    .reduce((sum, { counters }) => sum + (counters?.records_delivered ?? 0), 0);
}

function start([program = '', ...words]: readonly string[]): ChildProcess {
  return spawn(program, words, { env: {}, stdio: 'ignore' });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** In MiB, by the names that /proc has. */
function memoryOf(pid: number | undefined): Record<string, number> {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(([, name = '', kiB]) => [
      name,
      Math.round(Number(kiB) / 1024),
    ]),
  );
}
