import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../input/contract/clock.ts';
import { protectSecret } from '../../input/contract/errors.ts';
import type { Logger } from '../../input/contract/logger.ts';
import { StatusBoard } from '../../input/telemetry/status/status-board.ts';
import { keepStatusFile } from '../../input/telemetry/status/status-file.ts';
import { serveStatus } from '../../input/telemetry/status/status-server.ts';
import { statusText } from '../../input/telemetry/status/status-text.ts';

const scope = { tenant: 'tenant-1', source: 'management-activity', name: 'Audit.Exchange' };
const hour = 3_600_000;

/** Time that stands still until it is moved; a sleep ends only when it is aborted. */
function handClock(start = Date.parse('2026-11-20T08:00:00Z')): Clock & { move(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    move: (ms) => {
      now += ms;
    },
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
}

function recordingLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (_fields: object, message: string) => lines.push(message);
  return { lines, debug: add, info: add, warn: add, error: add };
}

const newBoard = (clock: Clock) => new StatusBoard({ clock, version: '1.2.3' });

describe('the status board', () => {
  test('keeps since when a state holds, and when things last worked', () => {
    const clock = handClock();
    const board = newBoard(clock);
    board.report(scope, { health: 'healthy', message: 'collecting' });
    clock.move(1000);
    board.report(scope, { health: 'degraded', message: 'refused', code: 'AF429' });
    clock.move(1000);
    board.report(scope, { health: 'degraded', message: 'refused again', code: 'AF429' });
    board.count(scope, 'records_delivered', 5);
    board.count(scope, 'records_delivered', 2);
    board.lag(scope, 5000, 3000);
    board.lag(scope, undefined, 2000);
    expect(board.snapshot()).toMatchObject({
      version: '1.2.3',
      started: '2026-11-20T08:00:00.000Z',
      updated: '2026-11-20T08:00:02.000Z',
      health: 'degraded',
      components: [
        {
          kind: 'feed',
          tenant_id: 'tenant-1',
          source: 'management-activity',
          feed: 'Audit.Exchange',
          health: 'degraded',
          message: 'refused again',
          code: 'AF429',
          since: '2026-11-20T08:00:01.000Z',
          last_success: '2026-11-20T08:00:00.000Z',
          last_event: '2026-11-20T08:00:02.000Z',
          lag: { from_creation_time_ms: 5000, from_content_created_ms: 2000 },
          counters: { records_delivered: 7 },
        },
      ],
    });
  });

  test('shows what was noticed in passing for an hour, unless something is wrong', () => {
    const clock = handClock();
    const board = newBoard(clock);
    const notice = { health: 'degraded', code: 'second-collector', message: 'seen' } as const;
    const shown = () => board.snapshot().components[0];
    board.report(scope, { health: 'healthy', message: 'collecting' });
    clock.move(hour);
    expect(board.showNotice(scope, notice)).toBe(true);
    clock.move(hour / 2);
    expect(board.showNotice(scope, notice)).toBe(false);
    expect(shown()).toMatchObject({ code: 'second-collector', since: '2026-11-20T09:00:00.000Z' });
    board.report(scope, { health: 'failed', message: 'refused' });
    expect(shown()).toMatchObject({ health: 'failed', message: 'refused' });
    board.report(scope, { health: 'healthy', message: 'collecting' });
    expect(shown()?.health).toBe('degraded');
    clock.move(hour);
    expect(shown()?.health).toBe('healthy');
    expect(board.showNotice(scope, notice)).toBe(true);
  });

  test('is as ill as its worst part', () => {
    const board = newBoard(handClock());
    const report = (contentType: string, health: 'healthy' | 'waiting' | 'failed') =>
      board.report(
        { tenant: 't', source: 'management-activity', name: contentType },
        { health, message: '' },
      );
    report('a', 'healthy');
    expect(board.snapshot().health).toBe('healthy');
    report('b', 'waiting');
    expect(board.snapshot().health).toBe('waiting');
    report('', 'failed');
    expect(board.snapshot().health).toBe('failed');
  });

  test('alarms when a content type is silent for longer than it ever was', () => {
    const clock = handClock();
    const board = newBoard(clock);
    board.report(scope, { health: 'healthy', message: 'collecting' });
    for (let round = 0; round < 12; round += 1) {
      clock.move(round === 6 ? 4 * hour : hour);
      board.count(scope, 'records_delivered');
    }
    clock.move(5 * hour);
    expect(board.snapshot().health).toBe('healthy');
    clock.move(2 * hour);
    expect(board.snapshot().components[0]).toMatchObject({
      health: 'degraded',
      code: 'quiet',
      message: expect.stringMatching(
        /^No records for 7 h, since 2026-11-20T23:00.*its longest pause was 4 h/,
      ),
    });
    board.count(scope, 'records_delivered');
    expect(board.snapshot().health).toBe('healthy');
  });

  test('says nothing of silence in the first twelve hours, however busy a content type began', () => {
    const clock = handClock();
    const board = newBoard(clock);
    board.report(scope, { health: 'healthy', message: 'collecting' });
    for (let round = 0; round < 12; round += 1) {
      clock.move(hour / 12);
      board.count(scope, 'records_delivered');
    }
    clock.move(10.9 * hour);
    expect(board.snapshot().health).toBe('healthy');
    clock.move(0.2 * hour);
    expect(board.snapshot().components[0]?.code).toBe('quiet');
  });

  test('says nothing of silence before it knows the habits of a content type', () => {
    const clock = handClock();
    const board = newBoard(clock);
    board.report(scope, { health: 'healthy', message: 'collecting' });
    for (let round = 0; round < 500; round += 1) board.count(scope, 'records_delivered');
    clock.move(72 * hour);
    expect(board.snapshot().health).toBe('healthy');
  });

  test('takes no protected secret in', () => {
    protectSecret('hunter2-hunter2');
    const board = newBoard(handClock());
    board.report(scope, { health: 'failed', message: 'refused hunter2-hunter2' });
    expect(JSON.stringify(board.snapshot())).not.toContain('hunter2');
  });
});

describe('the status file', () => {
  const restart = async (folder: string, clock: Clock, during: (board: StatusBoard) => void) => {
    const board = newBoard(clock);
    const file = await keepStatusFile({ folder, board, clock, log: recordingLog() });
    during(board);
    await file.close();
    return JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8'));
  };

  test('is readable by its owner only, and whole at every moment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    const clock = handClock();
    const board = newBoard(clock);
    const file = await keepStatusFile({ folder, board, clock, log: recordingLog() });
    board.report(scope, { health: 'healthy', message: 'collecting' });
    await file.close();
    const path = join(folder, 'status.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(board.snapshot());
  });

  test('is written in small pieces, however many tenants there are', () => {
    const board = newBoard(handClock());
    const empty = [...statusText(board.pieces())].join('');
    expect(empty).toBe(`${JSON.stringify(board.snapshot(), undefined, 2)}\n`);
    board.ledgerOpened('one');
    for (let tenant = 0; tenant < 1000; tenant++)
      board.count({ ...scope, tenant: `tenant ${tenant}` }, 'records_delivered');
    const pieces = [...statusText(board.pieces())];
    expect(pieces.join('')).toBe(`${JSON.stringify(board.snapshot(), undefined, 2)}\n`);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(40_000);
  });

  describe('keeps what was counted over restarts', () => {
    const delivered = (status: { totals?: { components: { counters: object }[] } }) =>
      status.totals?.components.map(({ counters }) => counters);
    const run = async (folder: string, clock: Clock, ledger: string | undefined, count: number) =>
      restart(folder, clock, (board) => {
        if (ledger !== undefined) board.ledgerOpened(ledger);
        if (count > 0) board.count(scope, 'records_delivered', count);
      });

    test('on the same ledger', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'm365-'));
      const clock = handClock();
      await run(folder, clock, 'ledger-1', 5);
      clock.move(hour);
      const second = await run(folder, clock, 'ledger-1', 2);
      expect(delivered(second)).toEqual([{ records_delivered: 7 }]);
      expect(second.totals).toMatchObject({ ledger: 'ledger-1', since: '2026-11-20T08:00:00.000Z' });
      // Of this run alone: exit codes and metrics go by it.
      expect(second.components[0]).toMatchObject({ counters: { records_delivered: 2 } });
    });

    test('over runs that hear nothing, or do not get as far as the ledger', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'm365-'));
      const clock = handClock();
      await run(folder, clock, 'ledger-1', 5);
      await run(folder, clock, 'ledger-1', 0);
      await run(folder, clock, undefined, 0);
      expect(delivered(await run(folder, clock, 'ledger-1', 1))).toEqual([{ records_delivered: 6 }]);
    });

    test('but a new ledger begins at 0, in the midst of a run as well', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'm365-'));
      const clock = handClock();
      await run(folder, clock, 'ledger-1', 5);
      clock.move(hour);
      const status = await restart(folder, clock, (board) => {
        board.ledgerOpened('ledger-2');
        board.count(scope, 'records_delivered', 3);
        board.ledgerOpened('ledger-3');
        board.count(scope, 'records_delivered', 4);
      });
      expect(delivered(status)).toEqual([{ records_delivered: 4 }]);
      expect(status.totals.since).toBe('2026-11-20T09:00:00.000Z');
    });

    test.each([
      { totals: 1 },
      { totals: { ledger: 'ledger-1', since: 'x', components: [] } },
      {
        totals: {
          ledger: 'ledger-1',
          since: '2026-11-20',
          components: [{ kind: 'stream', tenant_id: 't', counters: { records_delivered: 'x' } }],
        },
      },
    ])('and what is damaged is left out: %j', async (damaged) => {
      const folder = mkdtempSync(join(tmpdir(), 'm365-'));
      writeFileSync(join(folder, 'status.json'), JSON.stringify(damaged));
      expect(delivered(await run(folder, handClock(), 'ledger-1', 1))).toEqual([{ records_delivered: 1 }]);
    });
  });

  test('hands the habits of a content type to the next process, but not the time in between', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    const clock = handClock();
    const first = newBoard(clock);
    const file = await keepStatusFile({ folder, board: first, clock, log: recordingLog() });
    for (let round = 0; round < 12; round += 1) {
      clock.move(hour);
      first.count(scope, 'records_delivered');
    }
    await file.close();
    clock.move(48 * hour);
    const second = newBoard(clock);
    const next = await keepStatusFile({ folder, board: second, clock, log: recordingLog() });
    second.report(scope, { health: 'healthy', message: 'collecting' });
    expect(second.snapshot().health).toBe('healthy');
    expect(second.snapshot().components[0]?.last_event).toBe('2026-11-20T20:00:00.000Z');
    clock.move(4 * hour);
    expect(second.snapshot().components[0]?.code).toBe('quiet');
    await next.close();
  });

  test.each([
    ['an output', { kind: 'data_stream', name: 'logs-o365.audit-default' } as const],
    ['the ledger', { kind: 'ledger' } as const],
    ['a content type that is no longer collected', { ...scope, name: 'DLP.All' }],
    [
      'a tenant that is no longer collected',
      { kind: 'stream', tenant: 'tenant-2', source: 'management-activity' } as const,
    ],
  ])(
    'shows nothing of %s that was in trouble before a restart and is not heard of again',
    async (_, gone) => {
      const folder = mkdtempSync(join(tmpdir(), 'm365-'));
      const clock = handClock();
      await restart(folder, clock, (board) => {
        board.report(scope, { health: 'healthy', message: 'collecting' });
        board.report(gone, { health: 'degraded', message: 'does not answer' });
      });
      const status = await restart(folder, clock, (board) =>
        board.report(scope, { health: 'healthy', message: 'collecting' }),
      );
      expect(status.health).toBe('healthy');
      expect(status.components).toHaveLength(1);
    },
  );

  test('keeps the habits of a content type over a process that hears nothing of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    const clock = handClock();
    await restart(folder, clock, (board) => {
      for (let round = 0; round < 12; round += 1) {
        clock.move(hour);
        board.count(scope, 'records_delivered');
      }
    });
    const silent = await restart(folder, clock, () => {});
    expect([silent.health, silent.components]).toEqual(['starting', []]);
    const known = await restart(folder, clock, (board) =>
      board.report(scope, { health: 'healthy', message: 'collecting' }),
    );
    expect(known.components[0]).toMatchObject({
      last_event: '2026-11-20T20:00:00.000Z',
      arrivals: { seen: 11 },
    });
    clock.move(15 * 24 * hour);
    expect((await restart(folder, clock, () => {})).remembered).toBeUndefined();
  });

  test.each([
    '',
    '{',
    '[]',
    '{"components": [1, {"kind": 3}, {"kind": "feed", "tenant_id": "x", "source": "z", "feed": "y", "arrivals": {}}]}',
  ])('that is damaged (%j) is replaced', async (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    writeFileSync(join(folder, 'status.json'), text);
    const clock = handClock();
    const file = await keepStatusFile({ folder, board: newBoard(clock), clock, log: recordingLog() });
    await file.close();
    expect(JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')).components).toEqual([]);
  });

  test('has no place where a file is in the way of its folder', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'm365-')), 'state');
    writeFileSync(folder, '');
    const clock = handClock();
    const kept = keepStatusFile({ folder, board: newBoard(clock), clock, log: recordingLog() });
    await expect(kept).rejects.toMatchObject({ code: 'folder-unusable' });
  });

  test('that cannot be written is said once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    const clock = handClock();
    const log = recordingLog();
    const board = newBoard(clock);
    const file = await keepStatusFile({ folder, board, clock, log });
    rmSync(join(folder, 'status.json'), { force: true });
    mkdirSync(join(folder, 'status.json'));
    await file.close();
    expect(log.lines).toEqual([expect.stringMatching(/^The status file .* cannot be written: /)]);
  });
});

describe('the status page', () => {
  async function ask(options: { method?: string; path?: string; host?: string }): Promise<[number, string]> {
    const board = newBoard(handClock());
    board.report(scope, { health: 'healthy', message: 'collecting' });
    const server = await serveStatus(board, 0);
    try {
      return await new Promise((resolve, reject) => {
        const sent = request(
          {
            host: '127.0.0.1',
            port: server.port,
            method: options.method ?? 'GET',
            path: options.path ?? '/status',
            headers: options.host ? { host: options.host } : {},
          },
          async (response) => {
            let text = '';
            for await (const chunk of response) text += chunk;
            resolve([response.statusCode ?? 0, text]);
          },
        );
        sent.once('error', reject);
        sent.end();
      });
    } finally {
      await server.close();
    }
  }

  test('shows the board to this machine', async () => {
    const [status, body] = await ask({});
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ health: 'healthy', components: [{ tenant_id: 'tenant-1' }] });
    await expect(ask({ host: 'localhost:99' })).resolves.toMatchObject([200, expect.anything()]);
  });

  test.each([
    ['a name that was pointed here', { host: 'attacker.example' }, 403],
    ['a name that begins like ours', { host: 'localhost.attacker.example' }, 403],
    ['another method', { method: 'POST' }, 405],
    ['another path', { path: '/' }, 404],
  ])('refuses %s', async (_, options, status) => {
    await expect(ask(options)).resolves.toMatchObject([status, expect.not.stringContaining('tenant')]);
  });

  test('says which port is taken', async () => {
    const server = await serveStatus(newBoard(handClock()), 0);
    await expect(serveStatus(newBoard(handClock()), server.port)).rejects.toThrow(
      `The status page cannot listen on 127.0.0.1:${server.port}`,
    );
    await server.close();
  });
});
