import { expect, test } from '@jest/globals';
import { Secrets } from '../../input/contract/secrets.ts';

const hour = 3_600_000;

test('a value is hidden wherever it stands, and as often', () => {
  const secrets = new Secrets();
  secrets.protect('hunter2');
  expect(secrets.redact('hunter2 and xhunter2hunter2y')).toBe('[redacted] and x[redacted][redacted]y');
  expect(secrets.redact('nothing of that')).toBe('nothing of that');
  expect(secrets.redact('')).toBe('');
});

test('of values that overlap nothing is left', () => {
  const secrets = new Secrets();
  for (const value of ['abcdef', 'cdefgh', 'cdef', 'defghijk']) secrets.protect(value);
  expect(secrets.redact('1abcdefghijk2')).toBe('1[redacted]2');
});

test('a value inside of a token, or around one, leaves nothing of either', () => {
  const secrets = new Secrets();
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
  secrets.protect(token.slice(24, 32));
  expect(secrets.redact(`Bearer ${token}, refused`)).toBe('Bearer [redacted token], refused');
  secrets.protect(`key-${token}`);
  expect(secrets.redact(`with key-${token}, refused`)).toBe('with [redacted], refused');
});

test('what is too short to be a secret is left alone', () => {
  const secrets = new Secrets();
  secrets.protect('abc');
  expect(secrets.redact('abc')).toBe('abc');
});

test('what ends is hidden until then, and forgotten with what comes after', () => {
  const secrets = new Secrets();
  secrets.protectUntil('opaque token one', hour, 0);
  secrets.protectUntil('opaque token two', 2 * hour, hour - 1);
  expect(secrets.redact('opaque token one, opaque token two')).toBe('[redacted], [redacted]');
  secrets.protectUntil('opaque token three', 3 * hour, hour);
  expect(secrets.redact('opaque token one, opaque token two')).toBe('opaque token one, [redacted]');
  expect(secrets.size).toBe(2);
});

test('what is protected for good does not end, whichever was said first', () => {
  const secrets = new Secrets();
  secrets.protect('first for good');
  secrets.protectUntil('first for good', hour, 0);
  secrets.protectUntil('then for good', hour, 0);
  secrets.protect('then for good');
  secrets.protectUntil('another', 9 * hour, 8 * hour);
  expect(secrets.redact('first for good, then for good')).toBe('[redacted], [redacted]');
});

test('a month of tokens of 200 tenants is not kept', () => {
  const secrets = new Secrets();
  for (let now = 0; now < 30 * 24 * hour; now += hour)
    for (let tenant = 0; tenant < 200; tenant++)
      secrets.protectUntil(`opaque ${tenant} ${now}`, now + 1.1 * hour, now);
  expect(secrets.size).toBeLessThanOrEqual(400);
});
