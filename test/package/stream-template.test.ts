import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { writeStreamTemplate } from '../../input/cli/package/form/stream-template.ts';
import { formOptions, isMulti, writeVariables } from '../../input/cli/package/form/variables.ts';
import type { Option } from '../../input/options/option.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';
import type { Policy } from '../../input/settings/policy/policy.ts';
import { optionsOf } from '../sources/management-activity/options-of.ts';
import { type FleetVariable, type FleetVersion, renderAsFleet } from './fleet-render.ts';

const template = writeStreamTemplate();
const variables = writeVariables();
const versions: FleetVersion[] = ['8.18', '9.4'];

const tenant = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const required = { tenant_id: tenant, client_id: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901' };
const pem = '-----BEGIN CERTIFICATE-----\nMIIB+TCCAWKgAwIBAgI=\n-----END CERTIFICATE-----';

/** As Kibana sends a form: every variable, with its default where nothing was entered. */
function fillForm(entered: Readonly<Record<string, unknown>>): Record<string, FleetVariable> {
  return Object.fromEntries(
    variables.map(({ name, type, default: value }) => [name, { type, value: entered[name] ?? value }]),
  );
}

/** Around the stream what Fleet puts around it. */
function toPolicy(stream: Record<string, unknown>): string {
  return stringify({
    id: 'policy',
    revision: 3,
    outputs: { default: { type: 'elasticsearch', hosts: ['https://es.example:9200'], api_key: 'a:b' } },
    agent: { monitoring: { enabled: false } },
    inputs: [
      {
        id: 'm365-m365-1',
        name: 'contoso',
        type: 'm365',
        revision: 1,
        use_output: 'default',
        data_stream: { namespace: 'default' },
        meta: { package: { name: 'm365', version: '0.1.0' } },
        package_policy_id: '1',
        streams: [
          { id: 'm365-o365.audit-1', data_stream: { dataset: 'o365.audit', type: 'logs' }, ...stream },
        ],
      },
    ],
  });
}

function read(entered: Readonly<Record<string, unknown>>, version: FleetVersion): Policy {
  const stream = renderAsFleet(template, fillForm(entered), version);
  return parsePolicy(toPolicy(stream), 'policy.yml', { environment: {} });
}

const only = ({ streams }: Policy) => {
  const [stream] = streams;
  if (!stream) throw new Error('no stream');
  return stream;
};

/** A value that is not the default, of the type that the form gives. */
function sampleOf(option: Option): unknown {
  const { name, type, choices, minimum } = option;
  if (name === 'tenant_id' || name === 'client_id' || name === 'publisher_identifier') return tenant;
  if (name === 'client_secret_expires') return '2027-03-01';
  if (option.multiline) return pem;
  switch (type) {
    case 'boolean':
      return true;
    case 'integer':
      return 17;
    case 'duration':
      return name === 'initial_interval' ? '24h' : '90s';
    case 'bytes':
      return minimum ?? '1MiB';
    case 'url':
      return 'https://host.example:8443';
    case 'choice':
      return choices?.[1];
    case 'list':
      return choices?.slice(0, 2) ?? ['one', 'two: three', "it's"];
    case 'object':
      return '- add_tags:\n    tags: [soc]\n- add_fields:\n    target: labels\n    fields:\n      team: "blue: one"\n';
    default:
      return `some ${name}`;
  }
}

describe.each(versions)('a stream rendered by Fleet %s', (version) => {
  test('with what has to be entered and the defaults is what the input takes', () => {
    const { source, mapping } = only(read({ ...required, client_secret: 'value' }, version));
    expect(optionsOf(source)).toMatchObject({
      tenantId: tenant,
      cloud: 'commercial',
      initialIntervalMs: 604_800_000,
    });
    expect(optionsOf(source).contentTypes).toContain('DLP.All');
    expect(mapping).toMatchObject({ tags: ['forwarded', 'm365'], preserveOriginal: false });
  });

  test('with everything set gives every setting to the input', () => {
    const entered = Object.fromEntries(formOptions.map((option) => [option.name, sampleOf(option)]));
    // Two credentials contradict each other.
    const { client_secret: _, ...rest } = entered;
    const stream = renderAsFleet(template, fillForm(rest), version);
    expect(Object.keys(stream).toSorted()).toEqual(Object.keys(rest).toSorted());
    const { source, mapping } = only(parsePolicy(toPolicy(stream), 'policy.yml', { environment: {} }));
    expect(optionsOf(source)).toMatchObject({
      cloud: 'gcc',
      concurrentBlobs: 17,
      requestsPerMinute: 17,
      overlapMs: 90_000,
      contentTypes: ['Audit.AzureActiveDirectory', 'Audit.Exchange'],
      transport: { certificateAuthorities: [pem], verificationMode: 'certificate' },
    });
    expect(mapping).toMatchObject({
      preserveOriginal: true,
      tags: ['one', 'two: three', "it's", 'soc'],
      fields: { 'labels.team': 'blue: one' },
    });
  });

  test.each(
    formOptions.filter(({ required: must }) => !must).map((option) => [option.name, option] as const),
  )('with %s set alone', (name, option) => {
    const credential = /^(client_secret|certificate)$/.test(name) ? {} : { client_secret: 'value' };
    const value = sampleOf(option);
    const stream = renderAsFleet(template, fillForm({ ...required, ...credential, [name]: value }), version);
    expect(stream[name]).toBeDefined();
    if (typeof value === 'string' && option.type !== 'object' && option.type !== 'list')
      expect(stream[name]).toBe(value);
    expect(only(parsePolicy(toPolicy(stream), 'policy.yml', { environment: {} })).id).toBeDefined();
  });

  test.each([
    'quote \' and " and ` and \\',
    '# no comment',
    'colon: space',
    '- dash',
    '{{mustache}} {{{more}}}',
    '%percent & ampersand * star ! bang | pipe > greater @ at',
    '$dollar $1 $& $$',
    'true',
    '007',
    '~',
    'ünïcödé 🔑 \u00a0',
    '##client_secret##',
    '<script>&amp;</script>',
  ])('keeps the secret %s as it is', async (secret) => {
    const { source } = only(read({ ...required, client_secret: secret }, version));
    expect(await optionsOf(source).clientSecret?.()).toBe(secret);
  });

  test('keeps the line feeds of a PEM', async () => {
    const { source } = only(read({ ...required, certificate: `${pem}\n${pem}` }, version));
    expect((await optionsOf(source).certificate?.())?.pem).toBe(`${pem}\n${pem}`);
  });

  test('keeps the reference to a secret that Fleet stores apart', async () => {
    const reference = '$co.elastic.secret{abc-1}';
    const { source } = only(read({ ...required, client_secret: reference }, version));
    expect(await optionsOf(source).clientSecret?.()).toBe(reference);
  });

  test('takes one content type, and none of the others', () => {
    const { source } = only(
      read({ ...required, client_secret: 'x', content_types: ['Audit.General'] }, version),
    );
    expect(optionsOf(source).contentTypes).toEqual(['Audit.General']);
  });

  test('leaves out what was emptied', () => {
    const emptied = Object.fromEntries(
      formOptions
        .filter(({ required: must }) => !must)
        .map((option) => [option.name, isMulti(option) ? [] : '']),
    );
    const stream = renderAsFleet(
      template,
      fillForm({ ...emptied, ...required, client_secret: 'x' }),
      version,
    );
    expect(Object.keys(stream).toSorted()).toEqual(['client_id', 'client_secret', 'tenant_id']);
    const { source } = only(parsePolicy(toPolicy(stream), 'policy.yml', { environment: {} }));
    expect(optionsOf(source).intervalMs).toBe(60_000);
  });
});

describe('the variables of the policy form', () => {
  test('are the declared options, under their titles', () => {
    const titles = variables.map(({ title }) => title);
    for (const title of [
      'Directory (tenant) ID',
      'Application (client) ID',
      'Client Secret',
      'Initial Interval',
    ])
      expect(titles).toContain(title);
    expect(variables.map(({ name }) => name)).toEqual(formOptions.map(({ name }) => name));
  });

  test('hide secrets, and leave room for a PEM', () => {
    const secrets = variables.filter(({ secret }) => secret === true).map(({ name }) => name);
    expect(secrets).toEqual(['client_secret', 'certificate', 'certificate_passphrase']);
    expect(variables.find(({ name }) => name === 'certificate')?.type).toBe('textarea');
  });

  test('have only types that Kibana 8.18 knows', () => {
    const known = ['text', 'textarea', 'password', 'bool', 'integer', 'yaml', 'select', 'url'];
    expect(variables.filter(({ type }) => !known.includes(type))).toEqual([]);
  });
});
