// Settings that people bring from other collectors, and the references that Kibana writes in place of secrets.

import { describe, expect, test } from '@jest/globals';
import { PolicyError } from '../../input/options/problems.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';

const policy = (stream: readonly string[], input: readonly string[] = [], output = 'type: console') =>
  [
    'outputs:',
    `  default: {${output}}`,
    'inputs:',
    '  - type: m365',
    ...input.map((line) => `    ${line}`),
    '    streams:',
    '      - tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    '        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
    '        client_secret: a-secret-value',
    ...stream.map((line) => `        ${line}`),
  ].join('\n');

function problemsOf(text: string): string {
  try {
    parsePolicy(text, 'p.yml', { environment: {} });
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return '';
}

describe('a setting of another collector names the one of here:', () => {
  test.each([
    ['application_id: x', 'p.yml:9:9: application_id is not a setting of the stream #1-1: write client_id'],
    ['azure_tenant_id: x', 'write tenant_id'],
    ['content_type: [Audit.General]', 'write content_types'],
    ['tenants: [{id: a}]', 'write tenant_id, in a stream for each tenant'],
    ['key: /etc/key.pem', 'put certificate and key together into certificate'],
    ['token_url: https://login.example', 'write login_url'],
    ['base_url: https://manage.example', 'write management_url'],
    ['url: https://manage.example', 'write management_url'],
    ['list_contents_request_timeout: 5s', 'write timeout'],
    ['resource_retry_wait_min: 1s', 'leave it out'],
    ['api: {authentication_endpoint: x}', 'api.authentication_endpoint is not a setting'],
    ['api.max_retention: 1h', 'write initial_interval'],
    ['api: {unknown: 1}', 'unknown setting "api.unknown"'],
    ['var: {application_id: x}', 'write client_id'],
    ['var.tenant_id: x', 'write tenant_id'],
    ['resource: {rate_limit: {limit: 5}}', 'write requests_per_minute'],
    [
      'auth.oauth2: {client: {id: x}}',
      'auth.oauth2.client.id is not a setting of the stream #1-1: write client_id',
    ],
    ['program: x', 'leave it out'],
  ])('%s', (line, message) => {
    expect(problemsOf(policy([line]))).toContain(message);
  });

  test('also where it stands in the input', () => {
    expect(problemsOf(policy([], ['application_id: x']))).toBe(
      'p.yml:5:5: application_id is not a setting of the input #1: write client_id (in streams[])',
    );
  });

  test('a list of tenants becomes streams', () => {
    const text = policy([]).replace(/tenant_id: (.*)/, 'tenant_id: [$1]');
    expect(problemsOf(text)).toBe(
      'p.yml:6:20: tenant_id must be text, not a list; write a stream for each tenant',
    );
  });
});

describe('a secret that Kibana did not export', () => {
  const reference = '$co.elastic.secret{0a1b2c}';

  test('says so, and which environment variable to set', () => {
    const text = policy([]).replace('a-secret-value', reference);
    expect(problemsOf(text)).toBe(
      `p.yml:8:24: client_secret stays in Kibana, which does not export secrets; set the environment variable M365_CLIENT_SECRET and write \${M365_CLIENT_SECRET}`,
    );
  });

  test('in an output, too', () => {
    const output = `type: elasticsearch, hosts: ["http://x"], api_key: "${reference}"`;
    expect(problemsOf(policy([], [], output))).toContain(
      'set the environment variable ELASTICSEARCH_API_KEY',
    );
    const apart = 'type: elasticsearch, hosts: ["http://x"], secrets: {ssl: {key: {id: a}}}';
    expect(problemsOf(policy([], [], apart))).toContain(
      'secrets is not a setting of the output default: Kibana',
    );
  });
});

test('keys that Fleet adds are accepted in silence', () => {
  const stream = [
    'id: m365-o365.audit-1',
    'data_stream: {dataset: o365.audit, type: logs}',
    'policy_template: m365',
  ];
  const input = [
    'id: m365-m365-1',
    'revision: 3',
    'package_policy_id: a',
    'meta: {package: {name: m365, version: 0.1.0, release: beta, agentVersion: ">=8.18.0"}}',
    'policy: {revision: 4}',
    `condition: \${host.platform} == "linux"`,
    'data_stream: {namespace: prod}',
  ];
  const { notes, streams } = parsePolicy(policy(stream, input), 'p.yml', { environment: {} });
  expect(notes).toEqual([]);
  expect(streams).toHaveLength(1);
});
