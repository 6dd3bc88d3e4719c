import { expect, test } from '@jest/globals';
import { Agenda } from '../../../input/sources/management-activity/listing/agenda.ts';
import { ManualClock } from '../../http/manual-clock.ts';

const never = new AbortController().signal;

/** A duty that is due again after `everyMs`, and notes when it was done, in seconds. */
function duty(clock: ManualClock, everyMs: number) {
  const begun = clock.now();
  const done: number[] = [];
  const work = async () => {
    done.push((clock.now() - begun) / 1000);
    return clock.now() + everyMs;
  };
  return { done, work };
}

test('each duty comes at its own time, behind one sleep for all of them', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  const [often, seldom] = [duty(clock, 10_000), duty(clock, 25_000)];
  agenda.add(often.work);
  agenda.add(seldom.work, clock.now() + 5_000);
  const stop = new AbortController();
  const running = agenda.run(stop.signal);
  await clock.advance(0);
  expect(clock.sleeping).toBe(1);
  await clock.advance(30_000);
  expect(often.done).toEqual([0, 10, 20, 30]);
  expect(seldom.done).toEqual([5, 30]);
  expect(clock.sleeping).toBe(1);
  stop.abort();
  await running;
  expect(clock.sleeping).toBe(0);
});

test('a duty can be made due at once, also while it is under way, and is never begun twice at a time', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  let atOnce = 0;
  let most = 0;
  let times = 0;
  const hasten = agenda.add(async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    times += 1;
    await clock.sleep(1_000);
    atOnce -= 1;
    return clock.now() + 60_000;
  });
  const stop = new AbortController();
  const running = agenda.run(stop.signal);
  await clock.advance(500);
  hasten();
  await clock.advance(4_500);
  expect(times).toBe(2);
  hasten();
  await clock.advance(1_000);
  expect(times).toBe(3);
  expect(most).toBe(1);
  stop.abort();
  await running;
});

test('it ends when what is under way has ended, or at once with what a duty failed with', async () => {
  const clock = new ManualClock();
  const stopped = new Agenda(clock);
  stopped.add(async () => {
    await clock.sleep(1_000);
    return clock.now();
  });
  const stop = new AbortController();
  let ended = false;
  const running = stopped.run(stop.signal).then(() => {
    ended = true;
  });
  await clock.advance(0);
  stop.abort();
  await clock.advance(999);
  expect(ended).toBe(false);
  await clock.advance(1);
  await running;

  const failing = new Agenda(clock);
  failing.add(() => Promise.reject(new Error('unforeseen')));
  failing.add(async () => {
    await clock.sleep(1_000);
    return clock.now() + 60_000;
  });
  await expect(failing.run(never)).rejects.toThrow('unforeseen');
  let settled = false;
  const settling = failing.settle().then(() => {
    settled = true;
  });
  await clock.advance(999);
  expect(settled).toBe(false);
  await clock.advance(1);
  await settling;
});

test('a duty that is never due by itself sets no timer, and is begun when it is made due', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  let times = 0;
  const hasten = agenda.add(async () => {
    times += 1;
    return Number.POSITIVE_INFINITY;
  }, Number.POSITIVE_INFINITY);
  const stop = new AbortController();
  const running = agenda.run(stop.signal);
  await clock.advance(86_400_000);
  expect(times).toBe(0);
  hasten();
  await clock.advance(0);
  expect(times).toBe(1);
  expect(clock.sleeping).toBe(0);
  stop.abort();
  await running;
});
