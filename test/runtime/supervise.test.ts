import { expect, test } from '@jest/globals';
import { OperatorError } from '../../input/contract/errors.ts';
import { superviseStream } from '../../input/runtime/supervise.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { ManualClock } from '../http/manual-clock.ts';
import { recordingLog } from '../state/state-folder.ts';

const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';

/** Supervises `run`, which is told how often it has begun. */
function supervise(
  run: (times: number, found: (tenantId: string) => void) => Promise<void>,
  name = tenantId,
) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const log = recordingLog();
  const telemetry = createTelemetry({ clock, version: '0.1.0' });
  const begun: number[] = [];
  const started = clock.now();
  const stream = {
    id: 'contoso',
    definedAt: 'p.yml:7',
    source: { kind: 'management-activity', tenantId: name },
  } as const;
  const end = superviseStream(
    (found) => {
      begun.push((clock.now() - started) / 1000);
      return run(begun.length, found);
    },
    { stream, stop: stop.signal, telemetry, log, clock, random: () => 1 },
  );
  end.catch(() => undefined);
  const tenant = (id = tenantId) =>
    telemetry.board
      .snapshot()
      .components.find(({ kind, tenant_id }) => kind === 'stream' && tenant_id === id);
  return { clock, stop, log, begun, end, tenant };
}

const bug = () => Promise.reject(new TypeError('x is not a function'));

test('a stream that dies at once begins again after ever longer pauses, up to ten minutes', async () => {
  const { clock, begun, stop } = supervise(bug);
  await clock.advance(3_600_000);
  expect(begun.slice(0, 9)).toEqual([0, 5, 15, 35, 75, 155, 315, 635, 1235]);
  stop.abort();
});

test('one that died after a long life begins with the shortest pause again', async () => {
  const { clock, begun, stop } = supervise(async (times) => {
    if (times === 4) await clock.sleep(601_000);
    return bug();
  });
  await clock.advance(3_600_000);
  expect(begun.slice(0, 5)).toEqual([0, 5, 15, 35, 641]);
  stop.abort();
});

test('its tenant is failed meanwhile, with the reason, and remembered for an hour once it works', async () => {
  const { clock, tenant, log, end } = supervise((times) => (times <= 2 ? bug() : clock.sleep(1000)));
  await clock.advance(4000);
  expect(tenant()).toMatchObject({ health: 'failed', code: 'stream-died', counters: { stream_restarts: 1 } });
  expect(tenant()?.message).toMatch(/x is not a function.* begins again at 10:00:05 UTC/);
  await clock.advance(1500);
  expect(tenant()).toMatchObject({ counters: { stream_restarts: 2 } });
  await clock.advance(30_000);
  await end;
  expect(tenant()?.health).toBe('starting');
  expect(log.lines.map((line) => line.slice(0, 5))).toEqual(['ERROR', 'WARN ', 'ERROR', 'WARN ']);
});

test('what is said under a domain is no longer valid once its tenant is known', async () => {
  const domain = 'contoso.onmicrosoft.com';
  const { clock, tenant, stop } = supervise(async (times, found) => {
    if (times === 2) found(tenantId);
    return bug();
  }, domain);
  await clock.advance(6000);
  expect(tenant(domain)).toMatchObject({ health: 'stopped', message: `found as ${tenantId}` });
  expect(tenant()?.health).toBe('failed');
  stop.abort();
});

test('an error that trying again cannot help is the end', async () => {
  const error = new OperatorError({ code: 'x', message: 'No.', advice: '', retry: { kind: 'never' } });
  const { end, begun } = supervise(() => Promise.reject(error));
  await expect(end).rejects.toBe(error);
  expect(begun).toEqual([0]);
});

test('a stop during a pause ends it at once, as failed', async () => {
  const { clock, end, begun, stop } = supervise(bug);
  await clock.advance(1000);
  stop.abort();
  await expect(end).rejects.toThrow('x is not a function');
  expect(begun).toEqual([0]);
});
