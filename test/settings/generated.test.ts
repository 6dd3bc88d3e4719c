import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';
import { generateSettings } from '../../input/settings/reference/generate.ts';
import { settingGroups } from '../../input/settings/reference/setting-groups.ts';

const root = join(import.meta.dirname, '..', '..');
const sample = generateSettings().get('deploy/sample-policy.yml') ?? '';
const environment = { ELASTICSEARCH_API_KEY: 'an-id:a-key', M365_CLIENT_SECRET: 'a-secret-value' };

describe('what is generated from the settings', () => {
  test.each([...generateSettings().keys()])('%s is committed as it is generated now', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(generateSettings().get(path));
  });

  test('the sample policy runs as it stands', () => {
    const policy = parsePolicy(sample, 'sample', { environment });
    expect(policy.streams[0]?.source.tenantId).toBe('0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7');
    expect(policy.outputs.map(({ type }) => type)).toEqual(['elasticsearch']);
  });

  test('opening every line of the sample policy changes no default', () => {
    const opened = sample
      .split('\n')
      .filter((line) => !/tenant_name|client_secret_expires|fabrikam|Another tenant|2d3e4f50/.test(line))
      .map((line) => (/^ +# [\w.]+:(?: |$)(?! *[A-Z])/.test(line) ? line.replace('# ', '') : line))
      .map((line) => line.replace(/^( +)(proxy_url|status.port|headers):.*/, '$1$2:'))
      .join('\n');
    expect(opened).toMatch(/^ +interval: 1m$/m);
    const plain = parsePolicy(sample, 'sample', { environment });
    const all = parsePolicy(opened, 'sample', { environment });
    const stripped = (text: string) => text.replaceAll(/at: .*/g, '');
    expect(stripped(all.effective)).toBe(stripped(plain.effective));
  });

  test('every setting has a title, a sentence, and a default that its own rules accept', () => {
    for (const { options } of settingGroups())
      for (const { name, title, about } of options) {
        expect([name, title, about]).toEqual([
          name,
          expect.stringMatching(/^[A-Z]/),
          expect.stringMatching(/\.$/),
        ]);
      }
  });
});
