// The dashboards over local files, through the web server: answers without an Elasticsearch, and what they lack, said.

import { once } from 'node:events';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFileName } from '../../input/files/file-name.ts';
import { type RunningCommand, start } from '../cli/command.ts';

const end = Date.parse('2026-11-20T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'm365-preview-'));
const file = join(folder, writeFileName({ series: 'logs-o365.audit-default', begun: end, number: 1 }));
const line = (user: string, more: object = {}) =>
  `${JSON.stringify({
    _id: user,
    '@timestamp': '2026-11-20T11:00:00Z',
    event: { ingested: '2026-11-20T11:30:00Z', outcome: 'failure' },
    data_stream: { dataset: 'o365.audit' },
    user: { name: user },
    source: { ip: '81.2.69.142' },
    ...more,
  })}\n`;
writeFileSync(file, `${line('ann')}torn\n${line('bob')}`);

let running: RunningCommand;
let url = '';
beforeAll(async () => {
  running = start(['preview', '--data', folder, '--port', '0', '--now', '2026-11-20T12:00:00Z']);
  const [chunk] = await once(running.child.stdout ?? process.stdin, 'data');
  url = /http:\S+/.exec(String(chunk))?.[0] ?? '';
});
afterAll(async () => {
  running.child.kill('SIGINT');
  const { code, stderr } = await running.outcome;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/has damaged lines \(1\), which are left out/)]);
});

const read = async (path: string) => (await fetch(new URL(path, url))).json();

async function answerOf(title: string, query = '') {
  const { panels } = Object(await read('/api/dashboards/m365-overview'));
  const { id } = panels.find((panel: { title: string }) => panel.title === title);
  const parameters = new URLSearchParams({ from: String(end - 86_400_000), to: String(end), query });
  return Object(await read(`/api/dashboards/m365-overview/panels/${id}?${parameters}`));
}

test('a panel is answered from the files, those written meanwhile too', async () => {
  const count = async (query = '') => Object.values((await answerOf('How many events?', query)).rows[0])[0];
  expect([await count(), await count('user.name: a*')]).toEqual([2, 1]);
  appendFileSync(file, line('cem'));
  expect(await count()).toBe(3);
});

test('what only Elasticsearch adds is said, and is no 0', async () => {
  const countries = await answerOf('From how many countries?');
  expect(countries.lacks).toMatch(/^Only Elasticsearch knows source\.geo\.country_name/);
  expect(Object.values(countries.rows[0])).toEqual([null]);
  expect(await answerOf('Where do people work from?')).toMatchObject({
    clusters: [],
    lacks: expect.stringMatching(/source\.geo\.location/),
  });
  const people = await answerOf('Who does most, and who fails most?');
  expect(Object.values(people.rows[0])).toContain(null);
  expect(people.lacks).toMatch(/source\.geo\.country_name/);
  expect((await answerOf('How much failed?')).lacks).toBeUndefined();
});

test('a question that cannot be asked is refused with the reason', async () => {
  expect((await answerOf('How many events?', 'source.ip: house')).message).toMatch(
    /^This cannot be asked: source\.ip: "house" is no IP address/,
  );
});

test('what a document brings along is shown', async () => {
  appendFileSync(file, line('dan', { source: { geo: { country_name: 'Norway' } } }));
  const countries = await answerOf('From how many countries?');
  expect([countries.lacks, Object.values(countries.rows[0])]).toEqual([undefined, [1]]);
});
