import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeError, redact } from '../../input/contract/errors.ts';
import { compileOptions } from '../../input/options/option-schema.ts';
import { PolicyError } from '../../input/options/problems.ts';
import { type LoadOptions, loadPolicy, parsePolicy } from '../../input/settings/policy/load-policy.ts';
import { optionsOf as settingsOf } from '../../input/settings/policy/read-inputs.ts';
import { sourceKinds } from '../../input/sources/index.ts';
import { optionsOf } from '../sources/management-activity/options-of.ts';

const tenant = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const client = '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901';

/** A policy with one stream; `stream` lines are added to it, `rest` to the end of the file. */
function policyText(stream: readonly string[] = [], rest: readonly string[] = []): string {
  return [
    'outputs:',
    '  default: {type: console}',
    'inputs:',
    '  - type: m365',
    '    streams:',
    `      - tenant_id: ${tenant}`,
    `        client_id: ${client}`,
    '        client_secret: a-secret-value',
    ...stream.map((line) => `        ${line}`),
    ...rest,
    '',
  ].join('\n');
}

const parse = (text: string, environment = {}) => parsePolicy(text, 'p.yml', { environment });

function problemsOf(text: string, environment = {}): string[] {
  try {
    parse(text, environment);
  } catch (error) {
    if (error instanceof PolicyError) return error.message.split('\n');
    throw error;
  }
  return [];
}

function onlyStream(text: string, environment = {}) {
  const [stream] = parse(text, environment).streams;
  if (!stream) throw new Error('no stream');
  return stream;
}

describe('a policy', () => {
  test('gives every setting in the unit the code works in, defaults included', () => {
    const policy = parse(
      policyText(
        ['interval: 2m30s', 'initial_interval: 167h55m', 'maximum_record_size: 1MiB', 'tenant_name: Contoso'],
        ['m365: {memory_budget: 8MB, status.port: 5066, logging: {level: debug}}'],
      ),
    );
    expect(policy.process).toMatchObject({ memoryBytes: 8_000_000, statusPort: 5066, logLevel: 'debug' });
    expect(policy.streams[0]?.source.options).toMatchObject({
      tenantId: tenant,
      clientId: client,
      cloud: 'commercial',
      intervalMs: 150_000,
      initialIntervalMs: 604_500_000,
      overlapMs: 7_200_000,
      maximumRecordBytes: 1_048_576,
      requestsPerMinute: 2000,
      contentTypes: [
        'Audit.AzureActiveDirectory',
        'Audit.Exchange',
        'Audit.SharePoint',
        'Audit.General',
        'DLP.All',
      ],
    });
    expect(policy.streams[0]?.mapping).toEqual({
      dataset: 'o365.audit',
      tenantName: 'Contoso',
      tags: ['forwarded', 'm365'],
      fields: {},
      documents: 'mapped',
      preserveOriginal: false,
      namespace: 'default',
    });
    expect(policy.streams[0]?.output).toBe(policy.outputs[0]);
  });

  test('is read as Kibana exports it', () => {
    const policy = parse(`
id: 8b2d2a10-1111-2222-3333-444455556666
revision: 4
outputs:
  default: {type: console, preset: balanced}
  monitoring: {type: logstash, hosts: [logs:5044]}
fleet: {hosts: ['https://fleet:8220']}
output_permissions: {default: {x: {indices: []}}}
agent: {monitoring: {enabled: true}, protection: {enabled: false}}
secret_references: [{id: abc}]
signed: {data: abc, signature: def}
namespaces: []
inputs:
  - id: logfile-system
    type: logfile
    use_output: default
    streams: [{id: x, paths: [/var/log/x]}]
  - id: m365-1
    revision: 2
    name: m365-1
    type: m365
    data_stream: {namespace: prod}
    use_output: default
    package_policy_id: 1234
    meta: {package: {name: m365, version: 0.1.0, policy_template: m365}}
    processors: [{add_fields: {target: '', fields: {labels.site: berlin}}}]
    streams:
      - id: m365-o365.audit-1
        data_stream: {dataset: o365.audit, type: logs, elasticsearch: {dynamic_dataset: true}}
        tenant_id: ${tenant}
        client_id: ${client}
        client_secret: value-of-secret
        certificate:
        tenant_name: ''
        tags: [a]
        processors: [{add_tags: {tags: [b]}}]
`);
    expect(policy.notes).toEqual(['p.yml:14:5: left aside an input of type logfile']);
    expect(policy.outputs).toHaveLength(1);
    expect(policy.streams).toHaveLength(1);
    expect(policy.streams[0]?.id).toBe('m365-o365.audit-1');
    expect(policy.streams[0]?.mapping).toMatchObject({
      namespace: 'prod',
      tags: ['a', 'b'],
      fields: { 'labels.site': 'berlin' },
      tenantName: undefined,
    });
  });

  test('says everything that is wrong at once, each with its place and the nearest known word', () => {
    const text = policyText(
      [
        'intervall: 5m',
        'initial_interval: 200h',
        'interval: 5',
        'tenant_name: 365',
        'content_types: [Audit.Exchange, Audit.Sharepiont]',
        'requests_per_minute: many',
        'cloud: gcchigh',
        'login_url: login.example',
        'data_stream.namespace: Prod-1',
        'processors: [{dissect: {}}]',
      ],
      ['m365: {memory_budget: 1KiB}', 'otputs: 3'],
    );
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /^p\.yml:9:9: unknown setting "intervall" in the stream #1-1; did you mean "interval"\?$/,
      ),
      'p.yml:10:27: initial_interval is 200h, but must be at most 168h: Microsoft keeps content for 7 days',
      expect.stringMatching(/^p\.yml:11:19: interval must be a duration .*, not a number; it needs a unit$/),
      'p.yml:12:22: tenant_name must be text, not a number; put it in quotes',
      expect.stringMatching(
        /^p\.yml:13:41: content_types does not know "Audit.Sharepiont"; did you mean "Audit.SharePoint"\?/,
      ),
      'p.yml:14:30: requests_per_minute must be a whole number, not text',
      expect.stringMatching(/^p\.yml:15:16: cloud does not know "gcchigh"; did you mean "gcc-high"\?/),
      'p.yml:16:20: login_url must be a URL such as https://host:9200, without a user name, not "login.example"',
      expect.stringMatching(/^p\.yml:18:23: the processor dissect is not supported .*logs-<dataset>@custom$/),
      expect.stringMatching(/^p\.yml:19:23: memory_budget is 1KiB, but must be at least 4MiB: /),
      expect.stringMatching(
        /^p\.yml:20:1: unknown setting "otputs" in the policy; did you mean "outputs"\?$/,
      ),
    ]);
  });

  test.each([
    ['tenant_id', /^p\.yml:6:9: the stream #1-1 needs tenant_id: The GUID of the tenant/],
    ['client_secret', /^p\.yml:6:9: the stream needs a credential: client_secret, /],
  ])('without %s is refused', (name, message) => {
    const text = policyText(['tags: [x]']).replace(
      new RegExp(`${name}: .*`),
      name === 'tenant_id' ? 'tenant_name: x' : 'tenant_name: y',
    );
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    ['certificate: x', /client_secret and certificate are both set/],
    ['data_stream: {dataset: o365.other}', /dataset does not know "o365.other"/],
    ['data_stream.namespace: a-b', /must be lower case, without "-"/],
    ['tenant_id: x', /Map keys must be unique/],
    ['publisher_identifier: me', /publisher_identifier must be a GUID/],
    ['client_secret_expires: soon', /client_secret_expires "soon" must be a date such as/],
    ['client_secret_expires: 2027-02-31x', /client_secret_expires "2027-02-31x" must be a date/],
    [
      'login_url: http://login.example',
      /^p\.yml:9:20: login_url is http:\/\/login\.example, which is not https\. /,
    ],
    ['ssl: 5', /ssl must be a map/],
    ['ssl: {verification_mode: full}\n        ssl.verification_mode: none', /is set twice/],
    ['interval: "5"', /must be a duration/],
    ['interval: 1s', /is 1s, but must be at least 5s/],
    ['preserve_original_event: "yes"', /must be true or false, not text/],
    ['tags: {a: b}', /tags must be a list, not a map/],
    ['documents: original', /documents does not know "original" \(one of mapped, raw\)/],
    [
      'documents: raw\n        processors: [{add_fields: {target: o365audit, fields: {Site: x}}}]',
      /add_fields cannot set o365audit\.Site: with documents: raw the record in o365audit stays as it is/,
    ],
    [
      'exclude: {record_types: [2, ExchangItem]}',
      /exclude\.record_types does not know the record type "ExchangItem"; did you mean "ExchangeItem"\?/,
    ],
    ['exclude.operations: ["*"]', /exclude\.operations cannot leave out every operation/],
    [
      'exclude.user_types: [Sistem]',
      /exclude\.user_types does not know the user type "Sistem"; did you mean "System"\? \(one of Regular, /,
    ],
    ['exclude: {operation: x}', /unknown setting "exclude.operation" .* did you mean "exclude.operations"/],
    ['tags: [3]', /tags must be a list of texts, not a number/],
    [
      'content_types: []',
      /^p\.yml:9:24: content_types is empty; name one or more of Audit\.AzureActiveDirectory, /,
    ],
    ['content_types: [DLP.All, DLP.All]', /^p\.yml:9:24: content_types names "DLP\.All" twice$/],
    ['x: *nowhere', /nothing is anchored as &nowhere/],
    ['x: &x [*x]', /nested too deeply/],
  ])('with %s is refused', (line, message) => {
    expect(problemsOf(policyText([line])).join('\n')).toMatch(message);
  });

  test('names where a setting belongs that stands in the wrong part', () => {
    const text = policyText().replace('  - type: m365', '  - type: m365\n    interval: 5m');
    expect(problemsOf(text)).toEqual([
      'p.yml:5:5: interval is not a setting of the input #1; it belongs in a stream (inputs[].streams[])',
    ]);
  });

  test('takes many tenants, with what they share written once', () => {
    const other = '2d3e4f50-6172-4839-a4b5-c6d7e8f90112';
    const text = policyText().replace('- tenant_id', '- &shared\n        tenant_id');
    const policy = parse(`${text}      - {<<: *shared, tenant_id: ${other}, interval: 5m}\n`);
    expect(
      policy.streams.map(({ source }) => [
        source.tenantId,
        optionsOf(source).clientId,
        optionsOf(source).intervalMs,
      ]),
    ).toEqual([
      [tenant, client, 60_000],
      [other, client, 300_000],
    ]);
    expect(policy.streams[0]?.output).toBe(policy.streams[1]?.output);
  });

  test('checks all streams of a kind with one validator: a thousand of them would take thirty megabytes', () => {
    for (const kind of sourceKinds())
      expect(compileOptions(settingsOf(kind))).toBe(compileOptions(settingsOf(kind)));
  });

  test('takes what a stream leaves out, by name or number', () => {
    const exclude =
      'exclude: {record_types: [exchangeItem, 15, 70000], operations: FileSync*, user_types: [system, 5, 77]}';
    expect(onlyStream(policyText([exclude])).mapping.exclude).toEqual({
      recordTypes: [2, 15, 70_000],
      operations: ['FileSync*'],
      userTypes: ['4', 'System', '5', 'Application', '77'],
    });
    expect(onlyStream(policyText()).mapping.exclude).toBeUndefined();
  });

  test('takes raw documents', () => {
    expect(onlyStream(policyText(['documents: raw'])).mapping.documents).toBe('raw');
  });

  test('with raw and mapped documents for one data stream is refused, for two it is not', () => {
    const other = '2d3e4f50-6172-4839-a4b5-c6d7e8f90112';
    const text = policyText(['documents: raw']).replace('- tenant_id', '- &shared\n        tenant_id');
    const second = (more: string) => `${text}      - {<<: *shared, tenant_id: ${other}, ${more}}\n`;
    expect(problemsOf(second('documents: mapped'))).toEqual([
      expect.stringMatching(
        /^p\.yml:7:9: logs-o365\.audit-default would get raw .* mapped ones from p\.yml:11:9/,
      ),
    ]);
    expect(problemsOf(second('documents: mapped, data_stream.namespace: ours'))).toEqual([]);
    expect(problemsOf(second('documents: raw'))).toEqual([]);
  });

  test('with the same tenant twice is refused, naming both places', () => {
    const text = policyText().replace('- tenant_id', '- &shared\n        tenant_id');
    expect(problemsOf(`${text}      - {<<: *shared, tenant_id: ${tenant.toUpperCase()}}\n`)).toEqual([
      `p.yml:10:9: the tenant ${tenant} already has a stream at p.yml:7:9`,
    ]);
  });

  test('takes a tenant in several streams whose content types differ, and names those that do not', () => {
    const text = policyText(['content_types: [Audit.Exchange, DLP.All]']).replace(
      '- tenant_id',
      '- &shared\n        tenant_id',
    );
    const second = (types: string) => `${text}      - {<<: *shared, content_types: ${types}}\n`;
    expect(problemsOf(second('[Audit.General]'))).toEqual([]);
    expect(problemsOf(second('[Audit.General, DLP.All]'))).toEqual([
      `p.yml:11:9: the tenant ${tenant} already has a stream at p.yml:7:9 that collects DLP.All too`,
    ]);
  });

  test.each([
    [
      'an output that is not there',
      'use_output: defautl',
      /there is no output "defautl"; did you mean "default"\?/,
    ],
    ['an input type that is a slip', 'type: m356', /unknown input type "m356"; did you mean "m365"\?/],
  ])('with %s is refused', (_, line, message) => {
    const text = line.startsWith('type')
      ? policyText().replace('type: m365', line)
      : policyText().replace('- type: m365', `- type: m365\n    ${line}`);
    expect(problemsOf(text).join('\n')).toMatch(message);
  });

  test('with an unsupported output in use is refused', () => {
    expect(problemsOf(policyText().replace('console', 'elasticsaerch'))).toEqual([
      expect.stringMatching(
        /^p\.yml:2:19: .*"elasticsaerch", which is not supported; did you mean "elasticsearch"\?/,
      ),
    ]);
  });

  test('that collects nothing is refused with what was left aside', () => {
    expect(problemsOf(policyText(['enabled: false']))).toEqual([
      'p.yml: no enabled input of type m365 with a stream (p.yml:6:9: left aside the stream #1-1, which is not enabled)',
    ]);
  });

  test('can be sent to another output', () => {
    const policy = parsePolicy(policyText(), 'p.yml', { output: 'file', environment: {} });
    expect(policy.outputs.map(({ type }) => type)).toEqual(['file']);
  });

  test('sent to another output keeps a ledger of its own, unless told which', () => {
    const text = policyText([], ['m365: {state_folder: /state}']);
    const folderWith = (options: LoadOptions) =>
      parsePolicy(text, 'p.yml', { environment: {}, ...options }).process.stateFolder;
    expect(folderWith({})).toBe('/state');
    expect(folderWith({ output: 'console' })).toBe('/state');
    expect(folderWith({ output: 'file' })).toBe('/state/output-file');
    expect(folderWith({ output: 'file', stateFolder: '/other' })).toBe('/other');
  });

  test('sent to a kind of output of which it has several keeps to the one it names', () => {
    const text = policyText()
      .replace('{type: console}', '{type: console}\n  a: {type: file, path: a}\n  b: {type: file, path: b}')
      .replace('- type: m365', '- type: m365\n    use_output: b');
    const policy = parsePolicy(text, 'p.yml', { environment: {}, output: 'file' });
    expect(policy.outputs.map(({ name }) => name)).toEqual(['b']);
  });

  test.each([
    ['that ends with the file', ['tags: ["a]'], ['p.yml:9:16']],
    ['that the next one closes', ['tags: ["a]', 'interval: "5m"'], ['p.yml:9:16']],
    ['of the other kind', ["tenant_name: 'it", 'interval: 5m'], ['p.yml:9:22']],
  ])('with a quote %s is told where the quote opens', (_, lines, places) => {
    const problems = problemsOf(policyText(lines));
    expect(
      problems.filter((problem) => problem.includes('quote')).map((problem) => problem.split(': ')[0]),
    ).toEqual(places);
    expect(problems[0]).toMatch(/not YAML: the quote that opens here is not closed in its line$/);
  });

  test('that is not YAML, not a map or not there is refused in one line', async () => {
    expect(problemsOf('outputs: [\n')).toEqual([expect.stringMatching(/^p\.yml:\d:\d+: not YAML: /)]);
    expect(problemsOf('')).toEqual([expect.stringMatching(/a policy is a YAML map/)]);
    const file = join(mkdtempSync(join(tmpdir(), 'm365-')), 'p.yml');
    writeFileSync(file, `\ufeff${policyText()}`, 'utf16le');
    await expect(loadPolicy(file)).rejects.toThrow(`${file}:1:1: it is not UTF-8 text; save it as UTF-8`);
    await expect(loadPolicy('/nowhere/p.yml')).rejects.toThrow(
      'Cannot read the policy /nowhere/p.yml: there is no such file.',
    );
    await expect(loadPolicy(tmpdir()).catch((error) => describeError(error))).resolves.toMatch(
      /^Cannot read the policy .*: it is a directory/,
    );
  });
});

describe("the emulator's records", () => {
  const emulated = (...lines: string[]) => policyText(['management_url: http://127.0.0.1:8365', ...lines]);

  test('are tagged, and go to a namespace of their own', () => {
    expect(onlyStream(emulated()).mapping).toMatchObject({
      tags: ['forwarded', 'm365', 'm365-emulator'],
      namespace: 'demo',
    });
    expect(onlyStream(policyText()).mapping.namespace).toBe('default');
  });

  test('go to the namespace of real ones only by force', () => {
    const text = emulated('data_stream.namespace: default');
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^p\.yml:6:9: .* belong in the namespace demo, not default/),
    ]);
    const policy = parsePolicy(text, 'p.yml', { environment: {}, force: true });
    expect(policy.streams[0]?.mapping.namespace).toBe('default');
  });
});

describe('environment variables in a policy', () => {
  test('are put in, with a default where they are not set', () => {
    const text = policyText([
      `interval: \${I:7m}`,
      `requests_per_minute: \${env.RPM}`,
      `tenant_name: a $\${x} \${N}`,
    ]);
    const stream = onlyStream(text, { RPM: '55', N: 'n' });
    expect(stream.source.options).toMatchObject({
      intervalMs: 420_000,
      requestsPerMinute: 55,
      tenantName: `a \${x} n`,
    });
  });

  test('that are missing or misspelt are named with their place', () => {
    expect(problemsOf(policyText([`interval: \${I}`, `tenant_name: \${kubernetes.pod.name}`]))).toEqual([
      `p.yml:9:19: the environment variable I is not set; set it, or write \${I:default}`,
      `p.yml:10:22: \${kubernetes.pod.name} is not understood; write \${NAME}, \${env.NAME} or \${NAME:default}`,
    ]);
  });

  test('are asked for only where they are read: others may share the policy', () => {
    const text = [
      'outputs:',
      '  default: {type: console}',
      `  other: {type: elasticsearch, api_key: "\${OTHER_KEY}"}`,
      'inputs:',
      `  - {type: logfile, streams: [{condition: "\${host.platform} == 'linux'"}]}`,
      `  - {type: m365, enabled: false, streams: [{tenant_id: "\${OTHER_TENANT}"}]}`,
      ...policyText().split('\n').slice(3),
    ].join('\n');
    expect(problemsOf(text)).toEqual([]);
    const used = policyText().replace(
      '{type: console}',
      `{type: elasticsearch, hosts: [x], api_key: "\${KEY}"}`,
    );
    expect(problemsOf(used)).toEqual([expect.stringContaining('the environment variable KEY is not set')]);
    const headers = used
      .replace('api_key', 'username: a, password: b, headers')
      .replace('"$', '{x: "$')
      .replace('}"', '}"}');
    expect(problemsOf(headers)).toEqual([expect.stringContaining('the environment variable KEY is not set')]);
    const processors = policyText([`processors: [{add_fields: {fields: {a: "\${HERE}"}}}]`]);
    expect(problemsOf(processors)).toEqual([
      expect.stringContaining('the environment variable HERE is not set'),
    ]);
  });

  test('stay text where text is wanted, even when they look like a number', async () => {
    const text = policyText().replace('a-secret-value', `\${SECRET}`);
    await expect(optionsOf(onlyStream(text, { SECRET: '0123456' }).source).clientSecret?.()).resolves.toBe(
      '0123456',
    );
  });
});

describe('a secret', () => {
  test('is shown nowhere: not in the effective settings, not in an error', () => {
    const policy = parse(policyText(['proxy_url: http://me:pass-word@proxy:3128']));
    expect(policy.effective).toContain('client_secret: "[secret]"');
    expect(policy.effective).not.toMatch(/a-secret-value|pass-word/);
    expect(redact('it was a-secret-value')).toBe('it was [redacted]');
    expect(problemsOf(policyText().replace('a-secret-value', '[geheim]')).join()).not.toContain('geheim');
  });

  test('in a file is read again when the file changes', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'm365-')), 'secret');
    writeFileSync(file, 'first-value\n');
    const text = policyText().replace('client_secret: a-secret-value', `client_secret_file: ${file}`);
    const secret = optionsOf(onlyStream(text).source).clientSecret;
    await expect(secret?.()).resolves.toBe('first-value');
    writeFileSync(file, 'another-value\n');
    await expect(secret?.()).resolves.toBe('another-value');
    expect(redact('another-value')).toBe('[redacted]');
  });

  test('in a file that is missing or empty says so', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'm365-')), 'secret');
    const text = policyText().replace('client_secret: a-secret-value', `client_secret_file: ${file}`);
    const secret = optionsOf(onlyStream(text).source).clientSecret;
    await expect(secret?.()).rejects.toThrow(/Cannot read client_secret_file .*: there is no such file\./);
    writeFileSync(file, ' \n');
    await expect(secret?.()).rejects.toThrow(/it is empty/);
  });
});
