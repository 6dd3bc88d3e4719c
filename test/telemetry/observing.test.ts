import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { systemClock } from '../../input/contract/clock.ts';
import { protectSecret } from '../../input/contract/errors.ts';
import { createJsonLogger, createTextLogger, type LoggerOptions } from '../../input/telemetry/logger.ts';
import { StatusBoard } from '../../input/telemetry/status/status-board.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { showProgress } from '../../input/telemetry/terminal/progress.ts';
import { drawProgressTable } from '../../input/telemetry/terminal/progress-table.ts';
import { traceOutput, traceRequests } from '../../input/telemetry/traces.ts';

const scope = { tenant: 'tenant-1', source: 'management-activity', name: 'Audit.Exchange' };

describe('OpenTelemetry', () => {
  test('sees the counters, the lags and the bytes in flight', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    metrics.setGlobalMeterProvider(provider);
    const telemetry = createTelemetry({ clock: systemClock, version: '1' });
    telemetry.count(scope, 'items_listed', 3);
    telemetry.count(scope, 'requests');
    telemetry.lag(scope, 4000, 1500);
    telemetry.lag(scope, 5 * 86_400_000, 5 * 86_400_000, true);
    telemetry.watchInFlight?.(() => 77);
    await reader.forceFlush();
    const found = exporter
      .getMetrics()[0]
      ?.scopeMetrics[0]?.metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints[0]?.value,
        dataPoints[0]?.attributes,
      ]);
    const attributes = {
      'm365.tenant.id': 'tenant-1',
      'm365.source': 'management-activity',
      'm365.content_type': 'Audit.Exchange',
    };
    expect(found).toEqual(
      expect.arrayContaining([
        ['m365.items.listed', 3, attributes],
        ['m365.requests', 1, attributes],
        ['m365.lag.creation_time', 4, attributes],
        ['m365.lag.content_created', 1.5, attributes],
        ['m365.in_flight', 77, {}],
      ]),
    );
    await provider.shutdown();
    metrics.disable();
  });

  describe('gets spans', () => {
    const exporter = new InMemorySpanExporter();
    const spans = () =>
      exporter.getFinishedSpans().map(({ name, attributes, status }) => ({ name, attributes, status }));
    beforeEach(() => {
      exporter.reset();
      const spanProcessors = [new SimpleSpanProcessor(exporter)];
      trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    });
    afterEach(() => trace.disable());

    test('of requests, named by what they ask for, with failures in words and without secrets', async () => {
      protectSecret('span-secret-value');
      const feed = 'https://manage.office.com/api/v1.0/t/activity/feed';
      const signal = new AbortController().signal;
      const answer = { status: 200, header: () => undefined, body: emptyBody() };
      const send = traceRequests()(async ({ url }) => {
        if (url.includes('/audit/')) throw new Error('bad span-secret-value');
        return answer;
      });
      await send({
        method: 'GET',
        url: `${feed}/subscriptions/content?contentType=x`,
        signal,
        component: scope,
      });
      await expect(send({ method: 'GET', url: `${feed}/audit/1`, signal, component: scope })).rejects.toThrow(
        'bad',
      );
      await send({ method: 'POST', url: 'https://login.example/t/oauth2/v2.0/token', signal });
      expect(spans()).toMatchObject([
        {
          name: 'm365.list',
          attributes: { 'm365.content_type': 'Audit.Exchange', 'http.response.status_code': 200 },
        },
        { name: 'm365.blob', status: { message: 'bad [redacted]' } },
        { name: 'm365.token', attributes: { 'server.address': 'login.example' } },
      ]);
    });

    test('of writes, with what became of the documents', async () => {
      const report = { delivered: 1, duplicate: 2, possiblyDuplicate: 0, rejected: [] };
      const output = traceOutput({
        name: 'file',
        open: async () => undefined,
        write: async () => report,
        close: async () => undefined,
      });
      const signal = new AbortController().signal;
      await expect(output.write([], { signal, uncertain: false })).resolves.toBe(report);
      expect(spans()).toMatchObject([
        {
          name: 'm365.write',
          attributes: { 'm365.output': 'file', 'm365.delivered': 1, 'm365.duplicate': 2 },
        },
      ]);
    });
  });
});

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

describe('a log line', () => {
  const collect = () => {
    const lines: string[] = [];
    return { lines, write: (line: string) => lines.push(line) };
  };

  test('is ECS JSON', () => {
    const { lines, write } = collect();
    createJsonLogger({ level: 'info', write }).warn({ m365: { tenant: 't' } }, 'late');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      'log.level': 'warn',
      '@timestamp': expect.stringMatching(/^\d{4}-/),
      message: 'late',
      m365: { tenant: 't' },
      'service.name': 'm365',
      'ecs.version': expect.any(String),
    });
  });

  test('never holds a secret, wherever it was put and however JSON would write it', () => {
    const secret = 'log"secret\\value';
    protectSecret(secret);
    const { lines, write } = collect();
    const error = new Error(`failed with ${secret}`);
    const fields = { a: { b: [secret] }, error, big: 1n };
    for (const log of [
      createJsonLogger({ level: 'debug', write }),
      createTextLogger({ level: 'debug', write, colour: false }),
    ])
      log.error(fields, `about ${secret}`);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toContain('[redacted]');
      expect(line).not.toMatch(/log\\*"secret/);
    }
  });

  test('below the level is not written', () => {
    const { lines, write } = collect();
    createTextLogger({ level: 'warn', write, colour: false }).info({}, 'x');
    createJsonLogger({ level: 'warn', write }).info({}, 'x');
    expect(lines).toEqual([]);
  });

  test.each([
    ['JSON', createJsonLogger],
    ['text', (options: LoggerOptions) => createTextLogger({ ...options, colour: false })],
  ])('as %s is written from another level on once that is set', (_, create) => {
    const { lines, write } = collect();
    const log = create({ level: 'warn', write });
    log.debug({}, 'before');
    log.setLevel?.('debug');
    log.debug({}, 'while all is logged');
    log.setLevel?.('error');
    log.warn({}, 'after');
    expect(lines).toEqual([expect.stringContaining('while all is logged')]);
  });
});

describe('the progress table', () => {
  const board = (tenants: number) => {
    const filled = new StatusBoard({ clock: systemClock, version: '1' });
    for (let tenant = 0; tenant < tenants; tenant += 1)
      for (const contentType of ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'DLP.All']) {
        const each = { tenant: `tenant-${tenant}`, source: 'management-activity', name: contentType };
        filled.report(each, { health: 'healthy', message: 'collecting' });
        filled.count(each, 'items_listed', 1_234_567);
        filled.count(each, 'records_delivered', 123_456_789_012);
        filled.count(each, 'records_duplicate', 9_876_543_210);
        filled.count(each, 'items_lost', 7_654_321);
        filled.lag(each, 3 * 86_400_000, 5);
      }
    return filled;
  };
  const draw = (filled: StatusBoard, rows = 24, columns = 80) =>
    drawProgressTable(filled.snapshot(), {
      columns,
      rows,
      paint: (_health, text) => text,
      names: new Map([['tenant-0', 'Contoso']]),
    }).split('\n');

  test('fits 80 columns with the largest numbers and the longest messages', () => {
    const filled = board(1);
    filled.report(scope, { health: 'degraded', message: 'x'.repeat(500) });
    const lines = draw(filled);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
    expect(lines.find((line) => line.startsWith('AzureActiveDirectory'))).toMatch(
      / 1\.23M .*7\.65M .* 123B .*9\.88B .* 3d healthy$/,
    );
    expect(lines[2]).toBe('Contoso');
  });

  test('leaves columns out of a narrow terminal', () => {
    const lines = draw(board(1), 24, 60);
    expect(lines[1]).toMatch(/^ +fetched +lost +delivered +lag state$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
  });

  test('says above the columns what they count', () => {
    const [units = '', titles = ''] = draw(board(1));
    expect(units).toMatch(/^ +─+ items ─+ ─+ records ─+$/);
    expect(units.indexOf('─')).toBe(titles.indexOf('listed'));
    expect(units.lastIndexOf('─')).toBe(titles.indexOf('duplicates') + 'duplicates'.length - 1);
    const narrow = draw(board(1), 24, 52);
    expect(narrow[0]).toMatch(/^ +items +─ records$|^ +items +records$/);
    expect(narrow[1]).toMatch(/^ +lost +delivered +lag state$/);
  });

  test.each([120, 80, 60, 52, 40, 30])('breaks no word at %i columns', (columns) => {
    const filled = board(1);
    const message =
      'The application has no permission for this content type. Grant ActivityFeed.Read in Entra.';
    filled.report(scope, { health: 'failed', message });
    const lines = drawProgressTable(filled.snapshot(), {
      columns,
      rows: 24,
      paint: (_health, text) => text,
      names: new Map([['tenant-0', 'Contoso of the Netherlands (0cc27da2-0bc5-4639-bdb7-648ddc6353ba)']]),
    }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    const words = new Set(
      `${message} Exchange: tenant-1 (tenant) Contoso of the Netherlands (0cc27da2-0bc5-4639-bdb7-648ddc6353ba)`.split(
        ' ',
      ),
    );
    const table = lines.slice(0, lines.findLastIndex((line) => line.startsWith('Lag:')) >>> 0);
    const said = table.filter((line) => /Contoso|^Exchange:|^ {2}\S/.test(line));
    expect(said.length).toBeGreaterThan(1);
    for (const word of said.flatMap((line) => line.trim().split(/\s+/)))
      expect(words.has(word.replace(/…$/, '')) || word === '…').toBe(true);
  });

  test('says what lag is where there is one', () => {
    expect(draw(board(1)).at(-1)).toMatch(/^Lag: from an event to its delivery/);
    const fresh = new StatusBoard({ clock: systemClock, version: '1' });
    fresh.report(scope, { health: 'healthy', message: 'collecting' });
    expect(draw(fresh).join('\n')).not.toContain('Lag:');
  });

  test('goes on counting after a restart, and says since when', () => {
    let now = Date.parse('2026-11-20T08:00:00Z');
    const clock = { ...systemClock, now: () => now };
    const first = new StatusBoard({ clock, version: '1' });
    first.ledgerOpened('ledger-1');
    first.count(scope, 'records_delivered', 40);
    now += 3_600_000;
    const second = new StatusBoard({ clock, version: '1' });
    second.restore([], first.snapshot().totals);
    second.ledgerOpened('ledger-1');
    second.report(scope, { health: 'healthy', message: 'collecting' });
    second.count(scope, 'records_delivered', 2);
    const lines = draw(second);
    expect(lines.find((line) => line.startsWith('Exchange'))).toMatch(/ 42 /);
    expect(lines.at(-1)).toBe('Counted since 2026-11-20 08:00 UTC, when the ledger began.');
  });

  test('fits the height of the terminal, with the ill ones first', () => {
    const filled = board(200);
    filled.report(
      { tenant: 'tenant-150', source: 'management-activity', name: 'DLP.All' },
      { health: 'failed', message: 'no consent' },
    );
    const lines = draw(filled);
    expect(lines.length).toBeLessThan(24);
    expect(lines[2]).toMatch(/^tenant-150 .* failed$/);
    expect(lines).toContain('… and 190 more');
    expect(lines).toContain('tenant-150: no consent');
  });

  test('is drawn without colour codes where the terminal has none', () => {
    let text = '';
    const terminal = Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          text += chunk;
          done();
        },
      }),
      { columns: 80, rows: 24, isTTY: true, hasColors: () => false },
    );
    const filled = board(1);
    const progress = showProgress({ board: filled, terminal, names: new Map(), footer: () => 'Ctrl-C ends' });
    progress.print('a line above\n');
    expect(text).toContain('a line above');
    text = '';
    filled.report(
      { tenant: 'tenant-0', source: 'management-activity', name: 'One.More' },
      { health: 'healthy', message: '' },
    );
    progress.close();
    // The line below an inserted one is drawn again in its new place.
    expect(text).toMatch(/One\.More.*Ctrl-C ends/s);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is looked for
    expect(text).not.toMatch(/\x1b\[\d+m/);
  });
});
