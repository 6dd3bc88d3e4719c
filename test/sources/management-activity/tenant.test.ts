import { describe, expect, test } from '@jest/globals';
import { keyOf } from '../../../input/contract/component.ts';
import { type EmulatorOptions, startEmulator } from '../../../input/emulator/index.ts';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { facts, feedOf } from '../../../input/sources/management-activity/stream.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { makeCertificate } from '../../http/make-certificate.ts';
import { closers, type EmulatedRun, startRun } from './emulated-run.ts';
import { collectAll, distinctIds, openBench, sourceOptions, untilListed } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;

const prepare = (over: EmulatorOptions = {}) =>
  startRun({ tenants: [{ content: { records: 100 } }], ...over });

const listed = ({ bench, optionsOf }: EmulatedRun, contentType: string) =>
  untilListed(bench, feedOf(optionsOf().tenantId, contentType));

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('subscriptions', () => {
  const starts = (run: EmulatedRun) => run.emulator.requests.counts().byOperation.start ?? 0;

  test('are listed first, and only missing ones are started', async () => {
    const run = await prepare({
      tenants: [{ subscribed: ['Audit.Exchange', 'Audit.General'], content: { records: 100 } }],
    });
    await collectAll(run.bench, run.optionsOf());
    expect(starts(run)).toBe(3);
    await collectAll(run.bench, run.optionsOf());
    expect(starts(run)).toBe(3);
    expect(run.emulator.requests.counts().misuse).toEqual({});
  });

  test('whose start failed are not started again within 15 minutes, not even after a restart', async () => {
    const run = await prepare();
    const contentTypes = ['Audit.Exchange'];
    run.emulator.setFaults([{ match: { operation: 'start' }, fault: { kind: 'status', status: 500 } }]);
    const first = run.follow({ contentTypes });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.code === 'http-500',
      'a start was refused',
    );
    const lists = () => run.emulator.requests.counts().byOperation.list ?? 0;
    const before = lists();
    await run.clock.until(() => lists() > before + 2, 'it was looked at again');
    expect(starts(run)).toBe(1);
    await first.stop();
    const second = run.follow({ contentTypes });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.code === 'start-cool-down',
      'it waits',
    );
    expect(run.bench.recorder.current('Audit.Exchange')?.message).toMatch(/next start at \d\d:\d\d UTC/);
    expect(starts(run)).toBe(1);
    run.emulator.setFaults([]);
    run.clock.advance(15 * minute);
    await run.clock.until(() => second.collected.records.length > 0, 'it is started in the end');
    expect(starts(run)).toBe(2);
  });

  test('that Microsoft refuses to start yet are started when it says', async () => {
    const run = await prepare();
    const message = 'Too many frequent subscription start requests. Please retry again after 1m 30s';
    run.emulator.setFaults([
      { match: { operation: 'start' }, times: 1, fault: { kind: 'af', code: '429', status: 403, message } },
    ]);
    const following = run.follow({ contentTypes: ['Audit.Exchange'] });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.code === 'start-cool-down',
      'it waits',
    );
    expect(run.bench.recorder.counted('throttled')).toBe(0);
    const feed = feedOf(run.optionsOf().tenantId, 'Audit.Exchange');
    const next = Date.parse((await run.bench.ledger.checkpoints.get(feed, facts.nextStartAt)) ?? '');
    expect(next).toBeLessThan(run.clock.now() + 91_000);
    run.clock.advance(2 * minute);
    await run.clock.until(() => following.collected.records.length > 0, 'it is started');
    expect(starts(run)).toBe(2);
  });

  test('that are enabled already are fine', async () => {
    const run = await prepare();
    run.emulator.setFaults([{ match: { operation: 'start' }, fault: { kind: 'af', code: 'AF20024' } }]);
    await collectAll(run.bench, run.optionsOf({ contentTypes: ['Audit.Exchange'] }));
    expect(['failed', 'degraded']).not.toContain(
      run.bench.recorder.seen('Audit.Exchange').find(({ code }) => code === 'AF20024')?.health,
    );
  });

  test('that are disabled meanwhile are started again', async () => {
    const run = await prepare({ tenants: [{ content: { records: 100 } }] });
    const contentTypes = ['Audit.Exchange'];
    const following = run.follow({ contentTypes });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.health === 'healthy',
      'it collects',
    );
    run.clock.advance(20 * minute);
    const { tenantId } = run.optionsOf();
    const root = `${run.emulator.url}/api/v1.0/${tenantId}/activity/feed`;
    run.emulator.setFaults([
      { match: { operation: 'content' }, times: 2, fault: { kind: 'af', code: 'AF20022' } },
    ]);
    await stopSubscription(run, root);
    await run.clock.until(() => starts(run) === 2, 'it is started again');
    const { contentId } = run.emulator.publish({ contentType: 'Audit.Exchange', generate: 1 });
    await run.clock.until(
      () => following.collected.records.some((record) => record.contentId === contentId),
      'it collects again',
    );
  });

  test('that are listed as enabled while content is refused are started again, once in 15 minutes', async () => {
    const run = await prepare({ tenants: [{ subscribed: ['Audit.Exchange'], content: { records: 100 } }] });
    run.emulator.setFaults([{ match: { operation: 'content' }, fault: { kind: 'af', code: 'AF20023' } }]);
    const following = run.follow({ contentTypes: ['Audit.Exchange'] });
    await run.clock.until(() => starts(run) === 1, 'it is started again');
    const asked = () => run.emulator.requests.counts().byOperation.content ?? 0;
    const before = asked();
    await run.clock.until(() => asked() > before + 3, 'content is asked for meanwhile');
    expect(starts(run)).toBe(1);
    expect(run.bench.recorder.current('Audit.Exchange')).toMatchObject({ code: 'AF20023' });
    run.clock.advance(15 * minute);
    await run.clock.until(() => starts(run) === 2, 'it is started once more');
    run.emulator.setFaults([]);
    await run.clock.until(() => following.collected.records.length > 0, 'it collects');
    run.clock.advance(15 * minute);
    const listed = asked();
    await run.clock.until(() => asked() > listed + 3, 'it goes on');
    expect(starts(run)).toBe(2);
  });

  async function stopSubscription(run: EmulatedRun, root: string): Promise<void> {
    const { tenantId, clientId, clientSecret } = run.optionsOf();
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: (await clientSecret?.()) ?? '',
      scope: `${run.emulator.url}/.default`,
    });
    const answer = await fetch(`${run.emulator.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: form,
    });
    const { access_token: token }: { access_token?: string } = JSON.parse(await answer.text());
    const stopped = await fetch(
      `${root}/subscriptions/stop?contentType=Audit.Exchange&PublisherIdentifier=${tenantId}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      },
    );
    expect(stopped.status).toBe(200);
  }

  test('without content yet are waiting for Microsoft, for twelve hours', async () => {
    const run = await prepare({ tenants: [{ firstContentAfterMs: 3 * hour, content: { records: 100 } }] });

    run.follow({ contentTypes: ['Audit.Exchange'] });
    const current = () => run.bench.recorder.current('Audit.Exchange');
    await run.clock.until(() => current()?.health === 'waiting', 'it waits');
    expect(current()?.message).toMatch(/^waiting for Microsoft, up to 12 h, since \d\d:\d\d UTC$/);
    await listed(run, 'Audit.Exchange');
    run.clock.advance(4 * hour);
    await run.clock.until(() => current()?.health === 'healthy', 'it collects');
  });

  test('without content after twelve hours are reported, unless other types have some', async () => {
    const run = await prepare({ tenants: [{ content: { records: 100, shares: { 'Audit.Exchange': 1 } } }] });
    run.follow({ contentTypes: ['Audit.Exchange', 'Audit.General'] });
    await listed(run, 'Audit.Exchange');
    await listed(run, 'Audit.General');
    run.clock.advance(13 * hour);
    await run.clock.until(
      () => run.bench.recorder.current('Audit.General')?.health === 'healthy',
      'the quiet type is fine',
    );

    const silent = await prepare({ tenants: [{ content: { records: 0 } }] });
    silent.follow({ contentTypes: ['Audit.Exchange', 'Audit.General'] });
    await listed(silent, 'Audit.Exchange');
    await listed(silent, 'Audit.General');
    expect(silent.bench.recorder.current('Audit.General')?.health).toBe('waiting');
    silent.clock.advance(13 * hour);
    await silent.clock.until(
      () => silent.bench.recorder.current('Audit.General')?.code === 'no-content',
      'it is reported',
    );
  });

  test('of DLP.All without its permission are not a failure, and are started once it is there', async () => {
    const run = await prepare({
      tokenLifetimeSeconds: 300,
      tenants: [
        {
          roles: ['ActivityFeed.Read'],
          content: { records: 100, shares: { 'DLP.All': 0.5, 'Audit.General': 0.5 } },
        },
      ],
    });
    const following = run.follow();
    const current = () => run.bench.recorder.current('DLP.All');
    await run.clock.until(() => current()?.code === 'not-permitted', 'it is not permitted');
    expect(current()).toMatchObject({
      health: 'stopped',
      message: expect.stringMatching(/^not permitted \(optional\)/),
    });
    expect(current()?.message).toContain('ActivityFeed.ReadDlp');
    expect(run.bench.recorder.seen('DLP.All').some(({ health }) => health === 'failed')).toBe(false);
    await run.clock.until(
      () => following.collected.records.some(({ contentType }) => contentType === 'Audit.General'),
      'others work',
    );
    expect(run.emulator.requests.counts().byContentType['DLP.All'] ?? 0).toBe(0);
    run.emulator.updateTenant(run.optionsOf().tenantId, {
      roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
    });
    await run.clock.until(
      () => following.collected.records.some(({ contentType }) => contentType === 'DLP.All'),
      'DLP is collected',
    );
    await run.clock.until(() => current()?.health === 'healthy', 'DLP is healthy');
  });

  test('where auditing is off are explained, and recover', async () => {
    const run = await prepare({ tenants: [{ auditing: false, content: { records: 100 } }] });
    const following = run.follow({ contentTypes: ['Audit.Exchange'] });
    const current = () => run.bench.recorder.current('Audit.Exchange');
    await run.clock.until(() => current()?.code === 'auditing-off', 'it is explained');
    expect(current()).toMatchObject({
      health: 'failed',
      message: expect.stringContaining('Set-AdminAuditLogConfig'),
    });
    expect(current()?.message).not.toContain('\n');
    run.emulator.updateTenant(run.optionsOf().tenantId, { auditing: true });
    run.clock.advance(16 * minute);
    await run.clock.until(() => following.collected.records.length > 0, 'it collects');
    await run.clock.until(() => current()?.health === 'healthy', 'it is healthy');
  });
});

describe('a tenant that cannot be asked', () => {
  test('because its secret is wrong is reported within a poll, and recovers with the right one', async () => {
    const run = await prepare();
    let secret = 'not the right one';
    const following = run.follow({ clientSecret: async () => secret });
    await run.clock.until(() => run.bench.recorder.current('')?.health === 'failed', 'it is reported');
    expect(run.bench.recorder.current('')).toMatchObject({
      code: 'AADSTS7000215',
      message: expect.stringContaining("Use the secret's Value"),
    });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.health === 'degraded',
      'its types are',
    );
    const loud = run.bench.recorder.lines.filter(({ level }) => level === 'error' || level === 'warn');
    expect(loud.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The tenant: .*AADSTS7000215/),
    ]);
    secret = run.emulator.tenants[0]?.clientSecret ?? '';
    await run.clock.until(() => following.collected.records.length === 100, 'it collects');
    await run.clock.until(() => run.bench.recorder.current('')?.health === 'healthy', 'it is healthy');
    expect(JSON.stringify([run.bench.recorder.reports, run.bench.recorder.lines])).not.toContain(
      'not the right one',
    );
  });

  test('because its domain could not be resolved is not left failed once it is', async () => {
    const run = await prepare();
    const { domain = '' } = run.emulator.tenants[0] ?? {};
    run.emulator.setFaults([
      { match: { operation: 'openid' }, times: 4, fault: { kind: 'status', status: 503 } },
    ]);
    await collectAll(run.bench, run.optionsOf({ tenantId: domain }));
    const { reports } = run.bench.recorder;
    expect(
      reports.some(
        ({ component, report }) => keyOf(component).includes(domain) && report.health === 'failed',
      ),
    ).toBe(true);
    const last = new Map(reports.map(({ component, report }) => [keyOf(component), report.health]));
    expect([...last.values()]).not.toContain('failed');
  });

  test('for lack of any permission says so, with what the token carries', async () => {
    const run = await prepare({
      tenants: [{ roles: [], subscribed: ['Audit.Exchange'], content: { records: 100 } }],
    });
    run.follow({ contentTypes: ['Audit.Exchange'] });
    await run.clock.until(
      () => run.bench.recorder.current('Audit.Exchange')?.code === 'AF10001',
      'it is reported',
    );
    const message = run.bench.recorder.current('Audit.Exchange')?.message;
    expect(message).toContain('ActivityFeed.Read');
    expect(message).toContain('The token carries no roles');
  });

  test('because nobody listens ends a run that collects once, with the reason', async () => {
    const run = await prepare();
    const hosts = { login: 'http://127.0.0.1:1', management: run.emulator.url };
    const error = await failure(collectAll(run.bench, run.optionsOf({ hosts })));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', advice: expect.stringContaining('firewall') });
  });

  test.each<[string, Partial<ManagementActivityOptions>, string]>([
    ['its secret is wrong', { clientSecret: async () => 'wrong' }, 'AADSTS7000215'],
    ['it does not exist', { tenantId: 'nobody.example' }, 'AADSTS90002'],
    ['the application is unknown', { clientId: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901' }, 'AADSTS700016'],
    ['there is no secret at all', { clientSecret: undefined }, 'no-credential'],
  ])('ends a run that collects once when %s', async (_, over, code) => {
    const run = await prepare();
    expect(await failure(collectAll(run.bench, run.optionsOf(over)))).toMatchObject({ code });
  });

  test('because it can never be, ends a run that follows too', async () => {
    const run = await prepare();
    const options = run.optionsOf({ clientSecret: undefined });
    const bench = { ...run.bench, environment: { ...run.bench.environment, once: false } };
    expect(await failure(collectAll(bench, options))).toMatchObject({ code: 'no-credential' });
    expect(run.bench.recorder.current('')?.health).toBe('failed');
  });

  test('does not stop another tenant of the same process', async () => {
    const run = await prepare({ tenants: [{ content: { records: 100 } }, { content: { records: 100 } }] });
    const bad = run.follow({ clientSecret: async () => 'wrong' });
    const good = run.follow({}, 1);
    await run.clock.until(() => good.collected.records.length === 100, 'the good one collects');
    expect(bad.collected.records).toHaveLength(0);
    expect(
      good.collected.batches.every(({ origin }) => origin.feed.tenant === run.optionsOf({}, 1).tenantId),
    ).toBe(true);
    expect(run.emulator.requests.counts().misuse).toEqual({});
  });

  test('costs a few requests, not one for each blob that waits', async () => {
    const run = await prepare({ tenants: [{ content: { records: 400, recordsPerBlob: 10 } }] });
    run.emulator.setFaults([
      { match: { operation: 'blob' }, forMs: hour, fault: { kind: 'af', code: 'AF20012' } },
    ]);
    const following = run.follow();
    await run.clock.until(() => run.bench.recorder.current('')?.code === 'AF20012', 'it is reported');
    await run.clock.pass(3 * minute);
    expect(run.emulator.requests.counts().byOperation.blob).toBeLessThan(10);
    run.clock.advance(hour);
    await run.clock.until(() => following.collected.records.length === 400, 'all is collected');
    expect(run.bench.recorder.counted('items_lost')).toBe(0);
  });

  test('for a while is asked by one, not by everyone, and nothing is lost', async () => {
    const run = await prepare();
    const following = run.follow();
    await run.clock.until(() => following.collected.records.length === 100, 'it collects');
    const { contentId } = run.emulator.publish({ contentType: 'Audit.General', generate: 5 });
    run.emulator.setFaults([
      {
        match: { operation: ['list', 'content', 'blob'] },
        forMs: 10 * minute,
        fault: { kind: 'af', code: 'AF20012' },
      },
    ]);
    await run.clock.until(() => run.bench.recorder.current('')?.code === 'AF20012', 'it is reported');
    const asked = run.emulator.requests.counts().total;
    await run.clock.pass(3 * minute);
    expect(run.emulator.requests.counts().total - asked).toBeLessThan(5);
    run.clock.advance(20 * minute);
    await run.clock.until(
      () => following.collected.records.some((record) => record.contentId === contentId),
      'it goes on',
    );
    expect(run.bench.recorder.counted('items_lost')).toBe(0);
  });
});

test('a certificate that ends soon is announced', async () => {
  const clock = new IdleClock();
  const made = makeCertificate({ notAfter: new Date(clock.now() + 5 * 24 * hour) });
  const emulator = await startEmulator({
    clock,
    tenants: [{ certificate: made.certificate, content: { records: 10 } }],
  });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const certificate = async () => ({ pem: made.certificate + made.key, passphrase: undefined });
  const collected = await collectAll(
    bench,
    sourceOptions(emulator.url, tenant, { clientSecret: undefined, certificate }),
  );
  expect(distinctIds(collected).size).toBe(10);
  expect(bench.recorder.current('')).toMatchObject({ health: 'degraded', code: 'certificate-ends' });
  expect(bench.recorder.current('')?.message).toMatch(/ends on \d{4}-\d\d-\d\d, in 4 days/);
  const [end] = bench.recorder.credentials.values();
  expect(end).toEqual({ kind: 'certificate', endsAt: expect.any(Number) });
});

test('a secret that ends soon is announced, where its date was given', async () => {
  const run = await prepare();
  const endsAt = run.clock.now() + 3 * 24 * hour;
  await collectAll(run.bench, run.optionsOf({ clientSecretEndsAt: endsAt }));
  const { recorder } = run.bench;
  expect(recorder.current('')).toMatchObject({ health: 'degraded', code: 'secret-ends' });
  expect(recorder.current('')?.message).toMatch(
    /^The client secret ends on .*, in [23] days\. Add a new one/,
  );
  expect([...recorder.credentials.values()]).toEqual([{ kind: 'secret', endsAt }]);
});

test('throttling that comes as a 200 pauses the tenant too', async () => {
  const run = await prepare();
  run.emulator.setFaults([
    { match: { operation: 'blob', nth: 1 }, fault: { kind: 'error-map', code: 'AF429' } },
  ]);
  await collectAll(run.bench, run.optionsOf());
  expect(run.bench.recorder.seen('').some(({ code }) => code === 'AF429')).toBe(true);
  expect(run.bench.recorder.current('')?.health).toBe('healthy');
});

test('throttling is shown for the tenant, with a word on other programs where ours was modest', async () => {
  const run = await prepare();
  run.emulator.setFaults([
    { match: { operation: 'content', nth: 2 }, fault: { kind: 'af', code: 'AF429', retryAfter: 300 } },
  ]);
  await collectAll(run.bench, run.optionsOf({ requestsPerMinute: 2000 }));
  const shown = run.bench.recorder.seen('').find(({ code }) => code === 'AF429');
  expect(shown).toMatchObject({ health: 'degraded' });
  expect(shown?.message).toMatch(/everything waits until \d\d:\d\d UTC/);
  expect(shown?.message).toContain('another program probably collects from this tenant');
  expect(run.bench.recorder.current('')?.health).toBe('healthy');
  expect(run.bench.recorder.counted('throttled')).toBe(1);
});
