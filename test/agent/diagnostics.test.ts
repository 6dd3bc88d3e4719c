// Questions of an agent for a diagnosis, and that no secret is in anything that leaves the process.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { redactSettings } from '../../input/agent/diagnostics/redact-settings.ts';
import { until } from '../end-to-end/harness.ts';
import { openPlace, outputId } from './harness.ts';

const names = (kinds: readonly string[]) => kinds.map((kind) => `m365-${kind}.json`);

test('a diagnosis of the component and of a unit has everything, and no secret is anywhere', async () => {
  await using place = await openPlace();
  const { agent, emulator, input, path, difference } = place;
  const { control } = agent;
  const apiKey = 'bm90LWEtcmVhbC1rZXk6aXQtaXMtaW52ZW50ZWQ=';
  const tenant = emulator.tenants[0];
  const first = input('first', [0], {
    // Nobody reads this one, and so nobody protects it.
    input: { meta: { package: { name: 'm365' }, password: 'left-in-a-strange-place' } },
  });
  const output = { id: outputId, kind: 'output', source: { type: 'file', path: path('out') } } as const;
  control.setUnits([output, { ...first, logLevel: 'TRACE' }]);
  agent.start();
  await control.until(() => control.stateOf(first.id)?.phase === 'HEALTHY');
  await until(async () => (await difference()).missing.length === 0);
  const hosts = ['http://user-of-es:word-of-es@127.0.0.1:1'];
  const other = { type: 'elasticsearch', hosts, api_key: apiKey, headers: { 'X-Gate': 'let-me-in-please' } };
  control.setUnits([
    { ...output, source: other },
    { ...first, logLevel: 'TRACE' },
  ]);
  await control.until(() => control.stateOf(outputId)?.index === '2');

  const all = await control.ask({
    type: 'DIAGNOSTICS',
    level: 'COMPONENT',
    params: Buffer.from(JSON.stringify({ additional_metrics: ['CPU'] })),
  });
  const unit = await control.ask({
    type: 'DIAGNOSTICS',
    level: 'UNIT',
    unit_id: first.id,
    unit_type: 'INPUT',
  });
  expect([all.status, unit.status]).toEqual(['SUCCESS', 'SUCCESS']);
  expect([...all.files.keys()]).toEqual([
    ...names(['settings', 'units', 'status', 'ledger', 'requests', 'problems', 'process']),
    'm365.cpuprofile',
    'm365.heapprofile',
  ]);
  expect([...unit.files.keys()]).toEqual(names(['unit-settings', 'unit-state']));
  const read = (name: string) => JSON.parse(all.files.get(name)?.toString() ?? '');
  expect(read('m365.cpuprofile').nodes.length).toBeGreaterThan(0);
  expect(read('m365-ledger.json').feeds).toContainEqual(
    expect.objectContaining({ name: 'Audit.General', items: expect.objectContaining({ listed: 0 }) }),
  );
  expect(read('m365-requests.json')).toContainEqual(
    expect.objectContaining({
      method: 'GET',
      status: 200,
      path: `/api/v1.0/${tenant?.tenantId}/activity/feed/subscriptions/content`,
      query: expect.objectContaining({ contentType: 'Audit.General' }),
    }),
  );
  expect(read('m365-process.json').agent).toMatchObject({ version: '9.6.0', mode: 'managed' });
  expect(
    agent.lines.some((line) => line['log.level'] === 'debug' && /200 in \d+ ms/.test(String(line.message))),
  ).toBe(true);
  await agent.stop();

  const secrets = {
    clientSecret: tenant?.clientSecret ?? '',
    ...{ apiKey, token: control.token, header: 'let-me-in-please', password: 'word-of-es' },
    unread: 'left-in-a-strange-place',
    key: control.clientKey.split('\n')[1] ?? '',
    accessToken: 'eyJ',
  };
  // The token is what every message to the agent begins with.
  const checkins = control.received.map((message) => JSON.stringify({ ...message, token: '' }));
  const state = join(agent.top, 'm365', 'm365-default');
  const kept = readdirSync(state, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]);
  const places = { checkins: checkins.join('\n'), log: agent.printed };
  const files = [...all.files, ...unit.files].map(([name, content]) => [name, content.toString()]);
  for (const [place, text] of [...Object.entries(places), ...files, ...kept])
    for (const [secret, value] of Object.entries(secrets)) {
      const found = text?.includes(value) ? `${secret} in ${place}` : 'nothing';
      expect([value.length > 2, found]).toEqual([true, 'nothing']);
    }
});

test('an action that nobody knows is refused by name', async () => {
  await using place = await openPlace();
  const { agent } = place;
  agent.start();
  await agent.control.until(() => agent.control.isConnected);
  await until(() => agent.control.answersActions);
  const answer = await agent.control.ask({ type: 'CUSTOM', name: 'osquery' });
  expect(answer.status).toBe('FAILURE');
  expect(answer.result).toEqual({ error: 'm365 knows no action "osquery"' });
});

describe('settings are shown', () => {
  test('without what their names say is secret, and with everything else', () => {
    const shown = redactSettings({
      client_id: 'a',
      client_secret: 'x',
      client_secret_file: '/run/secret',
      client_secret_ends: '2027-01-01',
      ssl: { key: 'x', certificate: 'x', key_passphrase: 'x', certificate_authorities: ['ca.pem'] },
      proxy_url: 'http://user:word@proxy:3128',
      headers: { anything: 'x' },
      hosts: ['https://es:9200'],
      api_key: '',
    });
    const hidden = '[redacted]';
    expect(shown).toEqual({
      client_id: 'a',
      client_secret: hidden,
      client_secret_file: '/run/secret',
      client_secret_ends: '2027-01-01',
      ssl: { key: hidden, certificate: hidden, key_passphrase: hidden, certificate_authorities: ['ca.pem'] },
      proxy_url: 'http://[redacted]@proxy:3128',
      headers: { anything: hidden },
      hosts: ['https://es:9200'],
      api_key: '',
    });
  });
});
