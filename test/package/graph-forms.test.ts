// What is entered in the form of a package that reads Microsoft Graph arrives at the input, for each of its log types.

import { describe, expect, test } from '@jest/globals';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { folderOf, kindOf } from '../../input/cli/package/data-streams.ts';
import { formOptionsOf } from '../../input/cli/package/form/variables.ts';
import type { Option } from '../../input/options/option.ts';
import { type DatasetName, datasetPackages, datasetsOf } from '../../pipelines/datasets.ts';
import { type FleetVersion, fleetVersions } from './fleet/compile-template.ts';
import {
  type AgentInput,
  type Entered,
  keyOf,
  makeAgentInputs,
  makePackagePolicy,
  openPackage,
  validatePackagePolicy,
} from './fleet/package-policy.ts';
import { readAsFile, readAsUnits } from './fleet/read-agent-inputs.ts';

const required = {
  tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  client_id: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
  client_secret: 'one " quote',
};

const packages = datasetPackages.filter((name) => name !== 'm365');
const folders = (datasets: readonly DatasetName[]) => datasets.map(folderOf);

/** A value that is not the default, of the type that the form gives. */
function sampleOf({ name, type, choices, minimum, default: usual }: Option): unknown {
  if (name === 'exclude.record_types' || name === 'exclude.user_types') return undefined;
  switch (type) {
    case 'boolean':
      return usual !== true;
    case 'integer':
      return 17;
    case 'duration':
      return name === 'initial_interval' ? '24h' : '90s';
    case 'bytes':
      return minimum;
    case 'url':
      return 'https://host.example:8443';
    case 'choice':
      return choices?.[1];
    case 'list':
      return ['one', 'two: three'];
    case 'object':
      return '- add_tags:\n    tags: [soc]\n';
    default:
      return `some ${name}`;
  }
}

describe.each(packages)('the form of %s', (name) => {
  const pack = openPackage(buildPackage(undefined, name).built);
  const datasets = datasetsOf(name);

  function make(entered: Entered, version: FleetVersion): readonly AgentInput[] {
    const policy = makePackagePolicy(pack, { package: required, ...entered });
    expect(validatePackagePolicy(pack, policy)).toEqual([]);
    return makeAgentInputs(pack, policy, { version });
  }

  /** Reads the inputs in both ways, which come to the same, without a note or an error. */
  function read(inputs: readonly AgentInput[]) {
    const units = readAsUnits(inputs);
    expect([units.notes, units.units.map(({ error }) => error?.message)]).toEqual([
      [],
      [undefined, undefined],
    ]);
    expect(readAsFile(inputs).streams.map(({ id, mapping }) => [id, mapping])).toEqual(
      units.streams.map(({ id, mapping }) => [id, mapping]),
    );
    return units;
  }

  test.each(fleetVersions)('makes a stream for each log type, by Fleet %s', (version) => {
    const { streams, completeness } = read(make({}, version));
    const made = streams.map(({ source, mapping }) => [mapping.dataset, source.kind, mapping.documents]);
    const wanted = datasets.map((dataset) => [dataset, kindOf(dataset).name, 'mapped']);
    expect(made.toSorted()).toEqual(wanted.toSorted());
    expect(completeness).toMatchObject([{ streams: streams.map(({ id }) => id) }]);
    for (const { source } of streams) expect(source.options).toMatchObject({ intervalMs: 300_000 });
  });

  test('has a switch for each log type', () => {
    for (const dataset of datasets) {
      const disabled = folders(datasets).filter((folder) => folder !== folderOf(dataset));
      const { streams } = read(make({ disabled: [...disabled, 'completeness'] }, '9.4'));
      expect(streams.map(({ mapping }) => mapping.dataset)).toEqual([dataset]);
    }
  });

  test('Fleet issues a key for the data streams, and for that of completeness of another package', () => {
    const { indices } = keyOf(make({}, '9.4'));
    expect(indices.flatMap(({ names }) => names).toSorted()).toEqual(
      [...datasets, 'm365.collection'].map((dataset) => `logs-${dataset}-default`).toSorted(),
    );
  });

  test('asks once for the credentials, and on one level only', () => {
    const shared = (pack.vars ?? []).map(({ name: each }) => each);
    expect(shared).toEqual(expect.arrayContaining(Object.keys(required)));
    const own = pack.dataStreams.flatMap(({ streams: [stream] }) => stream?.vars ?? []);
    expect(own.filter(({ name: each }) => shared.includes(each))).toEqual([]);
  });

  const settings = datasets.flatMap((dataset) =>
    formOptionsOf(kindOf(dataset))
      .filter(({ shared }) => shared !== true)
      .map((option) => [dataset, option.name, option] as const),
  );

  test.each(settings)('hands over, for %s, the setting %s', (dataset, setting, option) => {
    const value = sampleOf(option);
    const streams = { [folderOf(dataset)]: { [setting]: value } };
    for (const version of fleetVersions) {
      const inputs = make({ streams }, version);
      const stream = inputs[0]?.streams.find(({ data_stream }) => data_stream.dataset === dataset);
      if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number')
        if (option.type !== 'object') expect(stream?.[setting]).toBe(value);
      if (setting !== 'legacy_alerts') read(inputs);
    }
  });

  test('leaves out what was emptied, a switch too', () => {
    const emptied = Object.fromEntries(
      datasets.map((dataset) => [
        folderOf(dataset),
        Object.fromEntries(
          formOptionsOf(kindOf(dataset))
            .filter(({ type, shared }) => shared !== true && type !== 'choice')
            .map(({ name: each }) => [each, '']),
        ),
      ]),
    );
    for (const version of fleetVersions) {
      const policy = makePackagePolicy(pack, { package: required, streams: emptied });
      const { streams } = read(makeAgentInputs(pack, policy, { version }));
      for (const { source } of streams) expect(source.options).toMatchObject({ intervalMs: 300_000 });
    }
  });
});

test('the switch of all sign-in types chooses one or four', () => {
  const pack = openPackage(buildPackage(undefined, 'm365_entra').built);
  const feedsWith = (all: boolean) => {
    const streams = { signinlogs: { all_sign_in_types: all } };
    const policy = makePackagePolicy(pack, { package: required, streams });
    const { streams: made } = readAsUnits(makeAgentInputs(pack, policy, { version: '9.4' }));
    return made.find(({ mapping }) => mapping.dataset === 'azure.signinlogs')?.source.feeds;
  };
  expect(feedsWith(false)).toEqual(['interactiveUser']);
  expect(feedsWith(true)).toHaveLength(4);
});
