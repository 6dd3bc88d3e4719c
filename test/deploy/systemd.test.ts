import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const unit = readFileSync(join(deploy, 'm365.service'), 'utf8');
const script = join(deploy, 'm365');

/** The words that systemd-run would be given. */
function wordsOf(words: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'm365-systemd-'));
  writeFileSync(join(folder, 'systemd-run'), '#!/bin/sh\nfor word; do echo "$word"; done\n');
  chmodSync(join(folder, 'systemd-run'), 0o755);
  const { stdout } = spawnSync(script, words, {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  return stdout.trimEnd().split('\n');
}

const credentials = '$' + '{CREDENTIALS_DIRECTORY}';

test.each([
  [
    ['prove', '--from', '24h'],
    `prove --policy ${credentials}/m365_policy.yml --state /var/lib/m365/state`,
    ['--from', '24h'],
  ],
  [['state', 'show'], `state show --policy ${credentials}/m365_policy.yml --state /var/lib/m365/state`, []],
  [['setup', '--dry-run'], `setup --policy ${credentials}/m365_policy.yml`, ['--dry-run']],
])('by hand, %j has the policy, the state and the secrets of the service', (words, command, rest) => {
  const given = wordsOf(words);
  const at = given.indexOf('-c');
  expect(given[at + 1]).toContain(`m365.js ${command} "$@"`);
  expect(given.slice(at + 3)).toEqual(rest);
  for (const property of ['User', 'DynamicUser', 'StateDirectory', 'WorkingDirectory', 'LoadCredential']) {
    const [line = 'no line'] = unit.match(new RegExp(`^${property}=.*$`, 'm')) ?? [];
    expect(given).toContain(`--property=${line}`);
  }
});

test('the service takes whatever credentials there are, secret or certificate', () => {
  expect(unit.match(/^LoadCredential=.*$/gm)).toEqual(['LoadCredential=m365:/etc/m365']);
  expect(unit).toContain('--policy %d/m365_policy.yml --state /var/lib/m365/state');
});
