// What is entered in the form of the package arrives at the input: rendered as Fleet does, and read as units and from a file.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { formOptionsOf, isMulti } from '../../input/cli/package/form/variables.ts';
import type { Option } from '../../input/options/option.ts';
import { findKind } from '../../input/sources/index.ts';
import { optionsOf } from '../sources/management-activity/options-of.ts';
import { type FleetVersion, fleetVersions } from './fleet/compile-template.ts';
import {
  type AgentPolicyContext,
  type Entered,
  type FleetPackage,
  makeAgentInputs,
  makePackagePolicy,
  openPackage,
  type PackagePolicy,
  upgradePackagePolicy,
  validatePackagePolicy,
} from './fleet/package-policy.ts';
import { type ReadInputs, readAsFile, readAsUnits } from './fleet/read-agent-inputs.ts';

const tenant = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const required = { tenant_id: tenant, client_id: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901' };
const withSecret = { ...required, client_secret: 'value' };
const pem = '-----BEGIN CERTIFICATE-----\nMIIB+TCCAWKgAwIBAgI=\n-----END CERTIFICATE-----';

const kind = findKind('management-activity');
const formOptions = kind ? formOptionsOf(kind) : [];

let pack: FleetPackage;
beforeAll(() => {
  pack = openPackage(buildPackage().built);
});

/** Puts each setting on the level of the form that asks for it. */
function enter(settings: Readonly<Record<string, unknown>>): Entered {
  const isShared = (name: string) => formOptions.find((option) => option.name === name)?.shared === true;
  const part = (shared: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => isShared(name) === shared));
  return { package: part(true), streams: { audit: part(false) } };
}

function makeInputs(
  settings: Readonly<Record<string, unknown>>,
  context: AgentPolicyContext,
  more: Partial<PackagePolicy> = {},
) {
  const policy = { ...makePackagePolicy(pack, enter(settings)), ...more };
  expect(validatePackagePolicy(pack, policy)).toEqual([]);
  return makeAgentInputs(pack, policy, context);
}

/** Reads the inputs in both ways, which come to the same, without a note or an error. */
function readBoth(inputs: ReturnType<typeof makeInputs>): ReadInputs {
  const read = readAsUnits(inputs);
  expect(read.notes).toEqual([]);
  expect(read.units.map(({ error }) => error)).toEqual(read.units.map(() => undefined));
  const file = readAsFile(inputs);
  expect(file.notes).toEqual([]);
  expect(file.streams.map(({ id, mapping }) => [id, mapping])).toEqual(
    read.streams.map(({ id, mapping }) => [id, mapping]),
  );
  expect(file.completeness).toHaveLength(read.completeness.length);
  return read;
}

function read(settings: Readonly<Record<string, unknown>>, version: FleetVersion) {
  const [stream] = readBoth(makeInputs(settings, { version })).streams;
  if (!stream) throw new Error('no stream');
  return stream;
}

/** A value that is not the default, of the type that the form gives. */
function sampleOf(option: Option): unknown {
  const { name, type, choices, minimum } = option;
  if (name === 'tenant_id' || name === 'client_id' || name === 'publisher_identifier') return tenant;
  if (name === 'client_secret_expires') return '2027-03-01';
  if (name === 'exclude.record_types') return ['ExchangeItem', '15'];
  if (name === 'exclude.user_types') return ['System', '5'];
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

describe.each(fleetVersions)('a policy made by Fleet %s', (version) => {
  test('with what has to be entered and the defaults is what the input takes', () => {
    const { source, mapping } = read(withSecret, version);
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
    const [input] = makeInputs(rest, { version });
    const { id: _id, data_stream, ...stream } = Object(input?.streams[0]);
    expect(data_stream).toEqual({ type: 'logs', dataset: 'o365.audit' });
    expect(Object.keys(stream).toSorted()).toEqual(Object.keys(rest).toSorted());
    const { source, mapping } = read(rest, version);
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
      exclude: {
        recordTypes: [2, 15],
        operations: ['one', 'two: three', "it's"],
        userTypes: ['4', 'System', '5', 'Application'],
      },
    });
  });

  test.each(
    formOptions.filter(({ required: must }) => !must).map((option) => [option.name, option] as const),
  )('with %s set alone', (name, option) => {
    const credential = /^(client_secret|certificate)$/.test(name) ? {} : { client_secret: 'value' };
    const value = sampleOf(option);
    const inputs = makeInputs({ ...required, ...credential, [name]: value }, { version });
    const stream = inputs[0]?.streams[0];
    expect(stream?.[name]).toBeDefined();
    if (typeof value === 'string' && option.type !== 'object' && option.type !== 'list')
      expect(stream?.[name]).toBe(value);
    expect(readBoth(inputs).streams).toHaveLength(1);
  });

  test('keeps the reference to a secret that Fleet stores apart, for the agent to replace', () => {
    const [input] = makeInputs(
      { ...required, client_secret: { isSecretRef: true, id: 'abc-1' } },
      { version },
    );
    expect(input?.streams[0]?.client_secret).toBe('$co.elastic.secret{abc-1}');
  });

  test('takes one content type, and none of the others', () => {
    const { source } = read({ ...withSecret, content_types: ['Audit.General'] }, version);
    expect(optionsOf(source).contentTypes).toEqual(['Audit.General']);
  });

  test('leaves out what was emptied', () => {
    const emptied = Object.fromEntries(
      formOptions
        .filter(({ required: must, type }) => !must && type !== 'choice')
        .map((option) => [option.name, isMulti(option) ? [] : '']),
    );
    const [input] = makeInputs({ ...emptied, ...withSecret }, { version });
    const choices = formOptions.filter(({ type }) => type === 'choice').map(({ name }) => name);
    const { id: _, data_stream: _stream, ...stream } = Object(input?.streams[0]);
    expect(Object.keys(stream).toSorted()).toEqual([...Object.keys(withSecret), ...choices].toSorted());
    expect(optionsOf(read({ ...emptied, ...withSecret }, version).source).intervalMs).toBe(60_000);
  });

  test('is read with all that Fleet adds by itself', () => {
    const id = 'm365-m365-f1a6f2f4-0d4e-4b0e-9a1f-6f0d8d1f5a11';
    const inputs = makeInputs(
      withSecret,
      { version, tags: [{ name: 'team', value: 'blue' }, ...[{ name: 'site', value: 7 }]] },
      {
        namespace: 'soc',
        condition: `\${host.platform} == 'linux'`,
        overrides: { inputs: { [id]: { _runtime_experimental: 'process' } } },
      },
    );
    expect(inputs[0]).toMatchObject({
      id,
      name: 'contoso-1',
      revision: 3,
      use_output: 'default',
      _runtime_experimental: 'process',
      meta: { package: { name: 'm365', policy_template: 'm365' } },
    });
    const { streams, completeness } = readBoth(inputs);
    expect(streams.map(({ mapping }) => mapping)).toMatchObject([
      { namespace: 'soc', fields: { team: 'blue', site: 7 } },
    ]);
    expect(completeness).toMatchObject([{ namespace: 'soc', streams: [streams[0]?.id] }]);
  });

  test('without the stream of completeness collects and reports nothing', () => {
    const policy = makePackagePolicy(pack, { ...enter(withSecret), disabled: ['collection'] });
    const { streams, completeness } = readBoth(makeAgentInputs(pack, policy, { version }));
    expect([streams.length, completeness.length]).toEqual([1, 0]);
  });
});

/** A variable stays on its level for ever; others may join them. */
const sharedSince020 = [
  'tenant_id',
  'tenant_name',
  'client_id',
  'client_secret',
  'client_secret_expires',
  'certificate',
  'certificate_passphrase',
  'cloud',
  'login_url',
  'proxy_url',
  'ssl.certificate_authorities',
  'ssl.verification_mode',
];

describe('the form', () => {
  const shared = () => pack.vars ?? [];
  const streams = () => pack.dataStreams;
  const ofStream = (name: string) => streams().find(({ folder }) => folder === name)?.streams[0]?.vars ?? [];

  test('asks once for what all streams of a tenant share, and never moves it', () => {
    const names = shared().map(({ name }) => name);
    expect(names.filter((name) => sharedSince020.includes(name))).toEqual(sharedSince020);
    expect(ofStream('audit').filter(({ name }) => sharedSince020.includes(name))).toEqual([]);
    const own = ofStream('audit').map(({ name }) => name);
    expect(own).toEqual(expect.arrayContaining(['content_types', 'initial_interval', 'interval', 'tags']));
    expect(own).toEqual(expect.arrayContaining(['management_url', 'requests_per_minute', 'timeout']));
  });

  test('asks on one level only: a stream’s variable would outweigh that of the package', () => {
    const names = new Set(shared().map(({ name }) => name));
    const both = streams().flatMap(({ streams: [stream] }) => stream?.vars ?? []);
    expect(both.filter(({ name }) => names.has(name))).toEqual([]);
  });

  test('asks for every declared option, under its title', () => {
    const asked = [...shared(), ...ofStream('audit')].map(({ name, title }) => [name, title]);
    expect(asked.toSorted()).toEqual(formOptions.map(({ name, title }) => [name, title]).toSorted());
  });

  test('hides secrets, and leaves room for a PEM', () => {
    const all = [...shared(), ...ofStream('audit')];
    const secrets = formOptions.filter(({ type }) => type === 'secret').map(({ name }) => name);
    expect(secrets).toEqual(
      expect.arrayContaining(['client_secret', 'certificate', 'certificate_passphrase', 'read_api_key']),
    );
    expect(all.flatMap(({ name, secret }) => (secret === true ? [name] : [])).toSorted()).toEqual(
      secrets.toSorted(),
    );
    expect(shared().find(({ name }) => name === 'certificate')?.type).toBe('textarea');
  });

  test('has only types that Kibana 8.18 knows', () => {
    const known = ['text', 'textarea', 'password', 'bool', 'integer', 'yaml', 'select', 'url'];
    const all = [...shared(), ...streams().flatMap(({ streams: [stream] }) => stream?.vars ?? [])];
    expect(all.filter(({ type }) => !known.includes(type))).toEqual([]);
  });

  test('has no setting whose "off" the template would leave out as if nothing was entered', () => {
    const lost = formOptions.filter(({ type, minimum }) => type === 'integer' && !(Number(minimum) > 0));
    expect(lost).toEqual([]);
  });

  test('does without what is required, and Kibana says so', () => {
    const policy = makePackagePolicy(pack, enter({ client_secret: 'x' }));
    expect(validatePackagePolicy(pack, policy)).toEqual(['tenant_id: is required', 'client_id: is required']);
  });
});

describe('an upgrade of the policy', () => {
  const everything = () => Object.fromEntries(formOptions.map((option) => [option.name, sampleOf(option)]));
  const valuesOf = ({ vars, inputs }: PackagePolicy) => {
    const streams = inputs.flatMap((input) => input.streams.map((stream) => stream.vars));
    const all = Object.entries(Object.assign({}, vars, ...streams.toReversed()));
    return Object.fromEntries(all.map(([name, variable]) => [name, Object(variable).value]));
  };

  test('to this version and later ones keeps every value', () => {
    const before = makePackagePolicy(pack, enter(everything()));
    expect(valuesOf(upgradePackagePolicy(pack, before))).toEqual(valuesOf(before));
  });

  test('from 0.1.0 keeps those of the stream, and the package says which are to be entered again', () => {
    const now = makePackagePolicy(pack, enter(everything()));
    // There all variables were those of the stream.
    const before = {
      ...now,
      vars: {},
      inputs: now.inputs.map((input) => ({
        ...input,
        streams: input.streams.map((stream) => ({ ...stream, vars: { ...now.vars, ...stream.vars } })),
      })),
    };
    const upgraded = upgradePackagePolicy(pack, before);
    const [kept, wanted] = [valuesOf(upgraded), valuesOf(now)];
    const own = enter(everything()).streams?.audit ?? {};
    for (const name of Object.keys(own)) expect(kept[name]).toEqual(wanted[name]);
    for (const { name, default: value } of pack.vars ?? []) expect(kept[name]).toEqual(value);
    expect(validatePackagePolicy(pack, upgraded)).toEqual([
      'tenant_id: is required',
      'client_id: is required',
    ]);
    const note = String(pack.files.get('docs/README.md')).split('### Upgrades')[1]?.split('###')[0] ?? '';
    const secrets = ['client_secret', 'certificate', 'certificate_passphrase'];
    for (const { name, title } of (pack.vars ?? []).filter((each) => sharedSince020.includes(each.name)))
      expect(note).toContain(secrets.includes(name) ? 'the secret or certificate' : `**${title}**`);
  });
});
