import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { describeError } from '../../input/contract/errors.ts';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { runCollector } from '../../input/runtime/run.ts';
import { loadPolicy } from '../../input/settings/policy/load-policy.ts';
import type { Policy } from '../../input/settings/policy/policy.ts';
import { createTelemetry, type RunTelemetry } from '../../input/telemetry/telemetry.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { compare, makeWorkplace, nothingAmiss, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { recordingLog } from '../state/state-folder.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function emulate(clock: IdleClock, tenants = 1): Promise<Emulator> {
  const content = { records: 100, recordsPerBlob: 20, ratePerMinute: 0 };
  const emulator = await startEmulator({
    clock,
    tenants: Array.from({ length: tenants }, () => ({ content })),
  });
  closers.push(() => emulator.close());
  return emulator;
}

async function startRun(
  policyFile: string,
  clock: IdleClock,
  once = false,
  around = (telemetry: RunTelemetry) => telemetry,
) {
  const policy = await loadPolicy(policyFile, { once });
  const log = recordingLog();
  const telemetry = around(createTelemetry({ clock, version: '0.1.0' }));
  const stop = new AbortController();
  const abandon = new AbortController();
  const signals = { stop: stop.signal, abandon: abandon.signal };
  const result = runCollector({
    policy,
    signals,
    telemetry,
    log,
    clock,
    random: () => 0.5,
    version: '0.1.0',
  });
  closers.push(() => {
    stop.abort();
    abandon.abort();
    return clock.during(result.catch(() => undefined));
  });
  const health = (tenantId: string, contentType?: string) =>
    telemetry.board
      .snapshot()
      .components.find((each) => each.tenant_id === tenantId && each.feed === contentType);
  const healthOf = (kind: 'output' | 'ledger') =>
    telemetry.board.snapshot().components.find((each) => each.kind === kind);
  const inFlightBytes = () => telemetry.board.inFlightBytes;
  return { result, log, stop, abandon, health, healthOf, inFlightBytes };
}

const truth = (emulator: Emulator, tenant: string) =>
  [...emulator.distinctIds()].filter(({ tenantId }) => tenantId === tenant).map(({ id }) => id);

test('a ledger that cannot be written holds up an orderly end only until it is abandoned', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const place = await makeWorkplace({ streams: [streamFor(emulator)] });
  const run = await startRun(place.policy, clock);
  const tenant = emulator.tenants[0]?.tenantId ?? '';
  await clock.until(() => run.health(tenant, 'DLP.All')?.health !== undefined);
  const other = new DatabaseSync(join(place.state, 'ledger.db'));
  closers.push(async () => other.close());
  other.exec('BEGIN IMMEDIATE');
  await clock.until(() => run.healthOf('ledger')?.health === 'degraded');
  run.stop.abort();
  run.abandon.abort();
  expect((await clock.during(run.result)).failed.size).toBe(0);
  other.exec('ROLLBACK');
  const next = await startRun(place.policy, clock, true);
  await clock.during(next.result);
  expect(compare(truth(emulator, tenant), await readDelivered(place.output))).toEqual(nothingAmiss);
});

test.each([
  ['deleted', (file: string) => rmSync(file)],
  ['cut to nothing', (file: string) => truncateSync(file)],
  ['deleted with its folder', (file: string) => rmSync(dirname(file), { recursive: true })],
])('what comes after an output file was %s is delivered, and that it was is said', async (_, change) => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const place = await makeWorkplace({ streams: [streamFor(emulator)] });
  const run = await startRun(place.policy, clock);
  const tenant = emulator.tenants[0]?.tenantId ?? '';
  const missing = async () => compare(truth(emulator, tenant), await readDelivered(place.output)).missing;
  await clock.until(async () => existsSync(place.output) && (await missing()).length === 0);
  const before = truth(emulator, tenant);
  for (const name of readdirSync(place.output).filter((each) => each.endsWith('.ndjson')))
    change(join(place.output, name));
  emulator.publish({ contentType: 'Audit.General', generate: 30 });
  const after = truth(emulator, tenant).filter((id) => !before.includes(id));
  // With what was in the file, but not yet acknowledged.
  const found = async () => (existsSync(place.output) ? readDelivered(place.output) : []);
  await clock.until(async () => compare(after, await found()).missing.length === 0);
  expect(compare(after, await found()).doubled).toEqual([]);
  expect(run.log.lines.filter((line) => /^WARN The file .* while it was written/.test(line))).toHaveLength(1);
  run.stop.abort();
  expect((await clock.during(run.result)).failed.size).toBe(0);
});

test('a ledger that is damaged while it is used is left for a new one, and nothing is lost or doubled', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const place = await makeWorkplace({ streams: [streamFor(emulator)] });
  const run = await startRun(place.policy, clock);
  const tenant = emulator.tenants[0]?.tenantId ?? '';
  const isComplete = async () =>
    compare(truth(emulator, tenant), await readDelivered(place.output)).missing.length === 0;
  await clock.until(isComplete);
  using other = new DatabaseSync(join(place.state, 'ledger.db'));
  other.exec(`UPDATE item SET state = 'listed', listed_at = 9000000000000000`);
  emulator.publish({ contentType: 'Audit.General', generate: 3 });
  await clock.until(() =>
    run.log.lines.some((line) => line.includes('collecting begins again with a new one')),
  );
  await clock.until(isComplete);
  expect(compare(truth(emulator, tenant), await readDelivered(place.output))).toEqual(nothingAmiss);
  expect(run.log.lines.filter((line) => line.startsWith('ERROR'))).toEqual([]);
  expect(readdirSync(place.state).filter((name) => /^ledger\.damaged-\w+$/.test(name))).toHaveLength(1);
  run.stop.abort();
  expect((await clock.during(run.result)).failed.size).toBe(0);
});

/** Two tenants: the first delivers to files, the second to an Elasticsearch. */
async function placeOfTwo(emulator: Emulator, elasticsearch: string) {
  const place = await makeWorkplace({ streams: [] });
  const inputs = ['files', 'default'].map((output, index) => ({
    id: `for-${output}`,
    type: 'm365',
    use_output: output,
    streams: [streamFor(emulator, index)],
  }));
  const outputs = {
    files: { type: 'file', path: place.output },
    default: {
      type: 'elasticsearch',
      hosts: [elasticsearch],
      username: 'a',
      password: 'bcdef',
      proxy_disable: true,
    },
  };
  await writeFile(place.policy, stringify({ m365: { state_folder: place.state }, outputs, inputs }));
  return place;
}

const idOf = (emulator: Emulator, index: number) => emulator.tenants[index]?.tenantId ?? '';

test('an output that cannot be reached at the start keeps only its own streams waiting', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock, 2);
  const reserved = await new StandIn().listen();
  const { port, url } = reserved;
  await reserved.close();
  const place = await placeOfTwo(emulator, url);
  const run = await startRun(place.policy, clock);
  await clock.until(async () => (await readDelivered(place.output)).length === 100);
  expect(run.healthOf('output')).toMatchObject({ health: 'failed', code: 'elasticsearch-unreachable' });
  const elasticsearch = await new StandIn().listen(port);
  closers.push(() => elasticsearch.close());
  await clock.until(() => elasticsearch.stored.length === 100);
  expect(run.healthOf('output')?.health).toBe('healthy');
  expect(compare(truth(emulator, idOf(emulator, 0)), await readDelivered(place.output))).toEqual(
    nothingAmiss,
  );
  run.stop.abort();
  expect((await clock.during(run.result)).failed.size).toBe(0);
});

test('a single run does not wait for an output, and fails for its streams only', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock, 2);
  const place = await placeOfTwo(emulator, 'http://127.0.0.1:1');
  const run = await startRun(place.policy, clock, true);
  expect([...(await clock.during(run.result)).failed.keys()]).toEqual(['for-default-1']);
  expect(run.health(idOf(emulator, 1))).toMatchObject({
    health: 'failed',
    code: 'elasticsearch-unreachable',
  });
  expect(await readDelivered(place.output)).toHaveLength(100);
});

test('a start that breaks off leaves nothing behind that goes on', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const place = await makeWorkplace({ streams: [streamFor(emulator)] });
  const policy = await loadPolicy(place.policy, { once: true });
  const unopened = { type: 'console', name: 'unopened' } as const;
  const completeness = {
    definedAt: 'policy.yml:1',
    intervalMs: 1000,
    namespace: 'demo',
    output: unopened,
    streams: [],
  };
  const never = new AbortController().signal;
  const parts = { clock, random: () => 0.5, version: '0.1.0', log: recordingLog() };
  const run = (given: Policy) =>
    runCollector({
      ...parts,
      policy: given,
      signals: { stop: never, abandon: never },
      telemetry: createTelemetry({ clock, version: '0.1.0' }),
    });
  await expect(clock.during(run({ ...policy, completeness: [completeness] }))).rejects.toThrow(
    'no output was opened',
  );
  expect(clock.sleeping).toBe(0);
  // Neither the ledger nor the output folder is held any more.
  expect((await clock.during(run(policy))).failed.size).toBe(0);
  expect(await readDelivered(place.output)).toHaveLength(100);
});

describe('where the only output cannot be opened', () => {
  const placeFor = async (emulator: Emulator, url: string) => {
    const output = { type: 'elasticsearch', hosts: [url], api_key: 'a:bcdef', proxy_disable: true };
    return makeWorkplace({ streams: [streamFor(emulator)], output });
  };
  const refuse = (server: StandIn, status: number, type: string) =>
    server.answers.set('/', (_, { reply }) => reply(status, { error: { type, reason: 'not now' }, status }));

  test.each([
    [429, 'es_rejected_execution_exception'],
    [503, 'cluster_block_exception'],
    [502, ''],
    [500, 'illegal_state_exception'],
    [408, ''],
  ])('for %i %s, a run waits and collects as after the start', async (status, type) => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const server = await new StandIn().listen();
    closers.push(() => server.close());
    refuse(server, status, type);
    const { policy } = await placeFor(emulator, server.url);
    const run = await startRun(policy, clock);
    await clock.until(() => run.inFlightBytes() > 0);
    expect(run.healthOf('output')?.health).toBe('failed');
    server.answers.clear();
    await clock.until(() => server.stored.length === 100);
    expect(run.healthOf('output')?.health).toBe('healthy');
    run.stop.abort();
    expect((await clock.during(run.result)).failed.size).toBe(0);
  });

  test('as it stands still, a run begins all the same', async () => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const server = await new StandIn().listen();
    closers.push(() => server.close());
    server.answers.set('/', () => {});
    const { policy } = await placeFor(emulator, server.url);
    const run = await startRun(policy, clock);
    await clock.until(() => run.inFlightBytes() > 0);
    expect(run.healthOf('output')).toMatchObject({ health: 'failed', code: 'elasticsearch-slow' });
    run.stop.abort();
    run.abandon.abort();
    expect((await clock.during(run.result)).open).toBeGreaterThan(0);
  });

  test('as nobody is there, a run waits, and says when it is something else that keeps it waiting', async () => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const reserved = await new StandIn().listen();
    const { port, url } = reserved;
    await reserved.close();
    const { policy } = await placeFor(emulator, url);
    const run = await startRun(policy, clock);
    await clock.until(() => run.healthOf('output')?.code === 'elasticsearch-unreachable');
    const server = new StandIn();
    refuse(server, 401, 'security_exception');
    await server.listen(port);
    closers.push(() => server.close());
    await clock.until(() => run.healthOf('output')?.code === 'elasticsearch-401');
    server.answers.clear();
    await clock.until(() => server.stored.length === 100);
    run.stop.abort();
    expect((await clock.during(run.result)).failed.size).toBe(0);
  });

  test.each([
    [401, 'security_exception', 'not now'],
    [404, '', 'hosts'],
  ])('for %i %s, which an operator has to change, nothing is begun', async (status, type, said) => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const server = await new StandIn().listen();
    closers.push(() => server.close());
    refuse(server, status, type);
    const { policy } = await placeFor(emulator, server.url);
    const run = await startRun(policy, clock);
    const error = await clock.during(run.result.catch((thrown: unknown) => thrown));
    expect(describeError(error)).toContain(said);
    expect(emulator.requests.counts().total).toBe(0);
  });

  test('a run that collects once tries some times, and does not say that it goes on trying', async () => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const server = await new StandIn().listen();
    closers.push(() => server.close());
    refuse(server, 503, 'cluster_block_exception');
    const { policy } = await placeFor(emulator, server.url);
    const run = await startRun(policy, clock, true);
    const error = await clock.during(run.result.catch((thrown: unknown) => thrown));
    expect(describeError(error)).toMatch(/It was tried 4 times; a run that collects once ends then/);
    expect(describeError(error)).not.toMatch(/it is tried again/i);
  });
});

test('a tenant that two streams name, by its GUID and by a domain, is collected by one of them', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const { domain = '' } = emulator.tenants[0] ?? {};
  const streams = [{ ...streamFor(emulator), tenant_id: domain }, streamFor(emulator)];
  const place = await makeWorkplace({ streams });
  const run = await startRun(place.policy, clock, true);
  expect([...(await clock.during(run.result)).failed.keys()]).toEqual(['m365-test-1']);
  expect(run.health(domain)).toMatchObject({ health: 'failed', code: 'tenant-twice' });
  expect(run.health(domain)?.message).toContain('policy.yml:');
  expect(compare(truth(emulator, idOf(emulator, 0)), await readDelivered(place.output))).toEqual(
    nothingAmiss,
  );
});

test('a change of outputs is said, since what was delivered is not sent again', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const deliverTo = async (output: string, state: string) => {
    const parts = { output: { type: 'file', path: output }, process: { state_folder: state } };
    const place = await makeWorkplace({ streams: [streamFor(emulator)], ...parts });
    const run = await startRun(place.policy, clock, true);
    await clock.during(run.result);
    return run.log.lines.filter((line) => line.includes('until now documents went to'));
  };
  const { folder, state } = await makeWorkplace({ streams: [] });
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  expect(await deliverTo(first, state)).toEqual([]);
  expect(await deliverTo(first, state)).toEqual([]);
  expect(await deliverTo(second, state)).toEqual([
    expect.stringMatching(`^WARN .* until now documents went to file ${first}; .* to file ${second}\\.`),
  ]);
  expect(await deliverTo(second, state)).toEqual([]);
});

test('another collector of the same tenant is noticed, and no longer shown once it is gone', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const elasticsearch = await new StandIn().listen();
  closers.push(() => elasticsearch.close());
  const output = {
    type: 'elasticsearch',
    hosts: [elasticsearch.url],
    api_key: 'a:bcdef',
    proxy_disable: true,
  };
  const places = [0, 1].map(() => makeWorkplace({ streams: [streamFor(emulator)], output }));
  const [mine, theirs] = (await Promise.all(places)).map(({ policy }) => policy);
  const collect = async (policy = '') => {
    const run = await startRun(policy, clock, true);
    await clock.during(run.result);
    return run;
  };
  const shown = ({ health }: Awaited<ReturnType<typeof collect>>) =>
    health(idOf(emulator, 0), 'Audit.Exchange')?.code;
  const publish = () => {
    clock.advance(60_000);
    const contentCreated = new Date(clock.now() - 10_000).toISOString();
    emulator.publish({ contentType: 'Audit.Exchange', generate: 5, contentCreated });
  };
  await collect(theirs);
  await collect(mine);
  publish();
  expect(shown(await collect(theirs))).toBeUndefined();
  const run = await collect(mine);
  expect(shown(run)).toBe('second-collector');
  expect(run.log.lines.filter((line) => line.startsWith('WARN'))).toEqual([
    expect.stringContaining('another one may be reading the same tenant'),
  ]);
  clock.advance(3_600_000);
  expect(shown(run)).toBeUndefined();
  expect(new Set(elasticsearch.stored).size).toBe(elasticsearch.stored.length);
});

/** A telemetry with a mistake in it: it throws the first time that it is told of a batch's strangers. */
function failOnce(telemetry: RunTelemetry): RunTelemetry {
  let failed = false;
  return {
    ...telemetry,
    count(scope, counter, by) {
      if (counter === 'records_possibly_duplicate' && !failed) {
        failed = true;
        throw new TypeError('nobody foresaw this');
      }
      telemetry.count(scope, counter, by);
    },
  };
}

describe('a stream that dies of an unforeseen error', () => {
  const outputs = {
    files: async () => ({ output: undefined, delivered: (folder: string) => readDelivered(folder) }),
    Elasticsearch: async () => {
      const server = await new StandIn().listen();
      closers.push(() => server.close());
      const output = { type: 'elasticsearch', hosts: [server.url], api_key: 'a:bcdef', proxy_disable: true };
      return { output, delivered: async () => server.stored.map((id) => id.replace(/^[^:]*:/, '')) };
    },
  };

  test.each(Object.entries(outputs))('begins again, with nothing lost or doubled in %s', async (_, open) => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const { output, delivered } = await open();
    const place = await makeWorkplace({ streams: [streamFor(emulator)], ...(output && { output }) });
    const run = await startRun(place.policy, clock, false, failOnce);
    const tenant = idOf(emulator, 0);
    await clock.until(() => run.health(tenant)?.health === 'failed');
    expect(run.health(tenant)?.message).toContain('nobody foresaw this');
    await clock.until(() => run.health(tenant)?.health === 'degraded');
    await clock.until(async () => (await delivered(place.output)).length === 100);
    emulator.publish({ tenant, contentType: 'Audit.Exchange', generate: 5 });
    await clock.until(async () => (await delivered(place.output)).length === 105);
    expect(run.health(tenant)).toMatchObject({ code: 'stream-died', counters: { stream_restarts: 1 } });
    await clock.until(() => run.inFlightBytes() === 0);
    expect(compare(truth(emulator, tenant), await delivered(place.output))).toEqual(nothingAmiss);
    run.stop.abort();
    expect((await clock.during(run.result)).failed.size).toBe(0);
  });

  /** Collects everything, and then no record more can be acknowledged, until the function given is called. */
  const spoilLedger = async (output?: Record<string, unknown>) => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const tenant = idOf(emulator, 0);
    const place = await makeWorkplace({ streams: [streamFor(emulator)], ...(output && { output }) });
    const run = await startRun(place.policy, clock);
    const delivered = () => run.health(tenant, 'Audit.Exchange')?.counters.records_delivered ?? 0;
    await clock.until(() => run.health(tenant)?.health === 'healthy' && delivered() > 0);
    const ledger = new DatabaseSync(join(place.state, 'ledger.db'), { timeout: 5000 });
    closers.push(async () => ledger.close());
    ledger.exec(
      "CREATE TRIGGER spoilt BEFORE INSERT ON seen_recent BEGIN SELECT RAISE(ABORT, 'this is spoilt'); END",
    );
    emulator.publish({ tenant, contentType: 'Audit.Exchange', generate: 5 });
    await clock.until(() => run.health(tenant)?.health === 'failed');
    const mend = () => ledger.exec('DROP TRIGGER spoilt');
    return { clock, emulator, tenant, place, run, mend };
  };

  test('between a delivery and its acknowledgement, asks what arrived before it delivers again', async () => {
    const server = await new StandIn().listen();
    closers.push(() => server.close());
    const output = { type: 'elasticsearch', hosts: [server.url], api_key: 'a:bcdef', proxy_disable: true };
    const { clock, emulator, tenant, run, mend } = await spoilLedger(output);
    expect(run.health(tenant)).toMatchObject({
      code: 'stream-died',
      message: expect.stringContaining('this is spoilt'),
    });
    // As a rollover does: an Id is refused only within the newest index.
    server.indices.push(new Map());
    mend();
    await clock.until(() => run.health(tenant)?.health === 'degraded');
    emulator.publish({ tenant, contentType: 'Audit.Exchange', generate: 5 });
    await clock.until(() => new Set(server.stored).size === 110);
    expect(server.stored).toHaveLength(110);
    run.stop.abort();
    expect((await clock.during(run.result)).failed.size).toBe(0);
  });

  test('waits for a new start where a file holds what the ledger could not take up', async () => {
    const { clock, emulator, tenant, place, run, mend } = await spoilLedger();
    expect(run.health(tenant)?.code).toBe('checkpoint-unrecorded');
    mend();
    run.stop.abort();
    expect((await clock.during(run.result)).failed.size).toBe(1);
    await clock.during((await startRun(place.policy, clock, true)).result);
    expect(compare(truth(emulator, tenant), await readDelivered(place.output))).toEqual(nothingAmiss);
  });

  test('has failed where it collects once', async () => {
    const clock = new IdleClock();
    const emulator = await emulate(clock);
    const place = await makeWorkplace({ streams: [streamFor(emulator)] });
    const run = await startRun(place.policy, clock, true, failOnce);
    expect([...(await clock.during(run.result)).failed.values()]).toEqual([
      new TypeError('nobody foresaw this'),
    ]);
    expect(run.health(idOf(emulator, 0))?.health).toBe('failed');
  });
});
