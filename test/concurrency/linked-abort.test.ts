import { expect, test } from '@jest/globals';
import { LinkedAbort } from '../../input/concurrency/linked-abort.ts';

test('it aborts with what it follows, for the same reason', () => {
  const followed = new AbortController();
  const linked = new LinkedAbort(followed.signal);
  followed.abort('enough');
  expect(linked.signal.reason).toBe('enough');
  expect(new LinkedAbort(followed.signal).signal.reason).toBe('enough');
});

test('it aborts alone, and after its release not with what it followed', () => {
  const followed = new AbortController();
  const [alone, released] = [new LinkedAbort(followed.signal), new LinkedAbort(followed.signal)];
  alone.abort('by itself');
  released.release();
  expect(followed.signal.aborted).toBe(false);
  followed.abort('later');
  expect(alone.signal.reason).toBe('by itself');
  expect(released.signal.aborted).toBe(false);
});
