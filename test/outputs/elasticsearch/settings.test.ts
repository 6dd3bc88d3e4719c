import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../../input/settings/policy/load-policy.ts';

describe('the settings of the output in a policy', () => {
  const policy = (...lines: string[]) =>
    [
      'outputs:',
      '  default:',
      '    type: elasticsearch',
      ...lines.map((line) => `    ${line}`),
      'inputs:',
      '  - type: m365',
      '    streams:',
      '      - tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
      '        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
      '        client_secret: a-secret-value',
    ].join('\n');
  const parse = (...lines: string[]) => parsePolicy(policy(...lines), 'p.yml');
  const read = (...lines: string[]) => {
    const [output] = parse(...lines).outputs;
    if (output?.type !== 'elasticsearch') throw new Error('no output');
    return output.options;
  };
  const host = 'hosts: ["http://x"]';

  test('are those of Elastic Agent', async () => {
    const options = read(
      'hosts: ["https://a:9200", "https://b:9200"]',
      'api_key: "id:key"',
      'ssl.ca_trusted_fingerprint: AB12',
      'ssl: {verification_mode: certificate, certificate_authorities: [/etc/ca.pem]}',
      'compression_level: 5',
      'bulk_max_bytes: 1MiB',
      'worker: 4',
      'timeout: 30s',
      'backoff: {init: 2s, max: 2m}',
      'headers: {X-Route: blue}',
      'proxy_url: http://proxy:3128',
      'proxy_headers: {X-Zone: 1}',
      'protocol: https',
      'path: /elastic',
      'loadbalance: false',
      'parameters: {refresh: wait_for}',
      'idle_connection_timeout: 3s',
      'is_default: true',
    );
    expect(options).toMatchObject({
      hosts: ['https://a:9200', 'https://b:9200'],
      ssl: {
        certificateAuthorities: ['/etc/ca.pem'],
        caTrustedFingerprint: 'AB12',
        verificationMode: 'certificate',
      },
      compressionLevel: 5,
      bulkMaxBytes: 1024 * 1024,
      workers: 4,
      timeoutMs: 30_000,
      backoffFirstMs: 2000,
      backoffMostMs: 120_000,
      headers: { 'X-Route': 'blue' },
      proxyUrl: 'http://proxy:3128',
      proxyHeaders: { 'X-Zone': '1' },
      protocol: 'https',
      path: '/elastic',
      loadBalance: false,
      parameters: { refresh: 'wait_for' },
      idleMs: 3000,
    });
    expect(await options.apiKey?.()).toBe('id:key');
  });

  test('take a certificate of their own', async () => {
    const options = read(
      host,
      'ssl.certificate: /etc/m365/client.pem',
      'ssl: {key: /etc/m365/client-key.pem, key_passphrase: open, verification_mode: strict}',
      'ssl.supported_protocols: [TLSv1.3]',
      'ssl.ca_sha256: abc=',
    );
    expect(options.ssl).toMatchObject({
      certificate: '/etc/m365/client.pem',
      verificationMode: 'strict',
      protocols: ['TLSv1.3'],
      authorityPins: ['abc='],
    });
    expect([await options.ssl?.key?.(), await options.ssl?.keyPassphrase?.()]).toEqual([
      '/etc/m365/client-key.pem',
      'open',
    ]);
  });

  test('leave ssl out where it is not enabled', () => {
    expect(read(host, 'ssl: {enabled: false, verification_mode: none}').ssl).toBeUndefined();
  });

  test.each([
    [[], { workers: 2, flushIntervalMs: 1000, idleMs: 30_000 }],
    [['preset: balanced'], { workers: 2, flushIntervalMs: 1000, idleMs: 30_000 }],
    [['preset: throughput'], { workers: 4, flushIntervalMs: 5000, idleMs: 15_000 }],
    [['preset: scale'], { workers: 1, flushIntervalMs: 20_000, idleMs: 1000 }],
    [['preset: latency'], { workers: 2, flushIntervalMs: 100, idleMs: 60_000 }],
    [
      ['preset: scale', 'workers: 3', 'queue.mem.flush.timeout: 2s'],
      { workers: 3, flushIntervalMs: 2000, idleMs: 1000 },
    ],
    [
      ['preset: custom', 'queue: {mem: {flush: {timeout: 2s}}}', 'flush_interval: 3s'],
      { flushIntervalMs: 3000 },
    ],
  ])('with %j come to %j', (lines, options) => {
    expect(read(host, ...lines)).toMatchObject(options);
  });

  test.each([
    ['bulk_max_size: 1600', 'p.yml:4:20: bulk_max_size is not used: a bulk request ends at bulk_max_bytes'],
    ['queue.mem.events: 3200', 'queue.mem.events is not used: m365.memory_budget bounds what is in memory'],
    ['max_retries: 3', 'max_retries is not used: what can be delivered later is sent until it is'],
    ['allow_older_versions: false', 'allow_older_versions is not used: every Elasticsearch since 8.18'],
  ])('%s is taken with a note', (line, note) => {
    const { notes } = parse(line, host);
    expect(notes).toEqual([expect.stringContaining(note)]);
  });

  test('show what a preset comes to', () => {
    expect(parse(host, 'preset: throughput', 'idle_connection_timeout: 3s').effective).toMatch(/worker: 4\n/);
  });

  test('take a pin where Kibana writes it', () => {
    expect(read(host, 'ca_sha256: abc=').ssl?.authorityPins).toEqual(['abc=']);
  });

  test('an exported output needs no note', () => {
    const { notes } = parse(
      host,
      'preset: balanced',
      'is_default_monitoring: true',
      'allow_older_versions: true',
      'write_to_logs_streams: false',
      'secrets: {}',
      'loadbalance:',
      'compression_level:',
      'queue_flush_timeout:',
      'ssl: {verification_mode: "", renegotiation: never}',
    );
    expect(notes).toEqual([]);
  });

  test.each(['logstash', 'kafka', 'redis'])('of type %s say what to use', (type) => {
    const text = policy(host).replace('type: elasticsearch', `type: ${type}`);
    expect(() => parsePolicy(text, 'p.yml')).toThrow(
      `p.yml:3:11: the output default is of type ${type}, to which this input cannot deliver; give its agent policy, or the integration, an output of type elasticsearch`,
    );
  });

  test.each([
    [['hosts: ["ftp://x"]'], '"ftp://x" in hosts is not the URL of an Elasticsearch'],
    [
      ['hosts: ["http://x"]', 'api_key: "a:b"', 'username: u', 'password: pppp'],
      'username and api_key are both set',
    ],
    [['hosts: ["http://x"]', 'api_key: "a:b"', 'api_key_file: /k'], 'api_key and api_key_file are both set'],
    [['hosts: ["http://x"]', 'username: u'], 'username and password belong together'],
    [['api_key: "a:b"'], 'hosts'],
    [[host, 'pipeline: mine'], 'pipeline is not a setting of the output default: the index template'],
    [[host, 'index: mine'], 'data_stream.namespace'],
    [[host, 'cloud: {id: x}'], 'write the address of the deployment in hosts'],
    [[host, 'queue: {disk: {max_size: 1GB}}'], 'the ledger in m365.state_folder knows it'],
    [[host, 'ssl: {cipher_suites: [x]}'], 'ssl.supported_protocols'],
    [[host, 'ssl.supported_protocols: [TLSv1.1]'], 'does not know "TLSv1.1"'],
    [[host, 'ssl.certificate: /c.pem'], 'ssl.certificate and ssl.key belong together'],
    [
      [host, 'ssl: {ca_sha256: abc=, verification_mode: none}'],
      'ssl.ca_sha256 needs a certificate that is checked',
    ],
    [[host, 'parameters: {pipeline: mine}'], 'parameters cannot set pipeline'],
    [[host, 'ssl.renegotiation: freely'], 'one of never'],
    [[host, 'write_to_logs_streams: true'], 'write_to_logs_streams is not a setting of the output'],
    [[host, 'bulk_max_sise: 4'], 'did you mean "bulk_max_size"?'],
  ])('%j is wrong: %s', (lines, message) => {
    expect(() => read(...lines)).toThrow(message);
  });

  test.each([
    'https://elastic:t0p-Secret:es.example:9200',
    'https:/elastic:t0p-Secret@es.example:9200',
    'https//elastic:t0p-Secret@es.example:9200',
    'ftp://elastic:t0p-Secret@es.example',
    'elastic:t0p-Secret:es.example',
    'ftp://es.example?api_key=t0p-Secret',
  ])('a mistyped address is told without its password: %s', (entry) => {
    const reading = () => read(`hosts: ["https://good.example", "${entry}"]`);
    expect(reading).toThrow('the entry 2 (not shown, as it may hold a password)');
    expect(reading).not.toThrow('t0p-Secret');
  });
});
