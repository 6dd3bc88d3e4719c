// The package for clusters where Elastic's o365 stays: what Fleet makes of its form delivers raw records into the data
// stream that the other package owns and maps, and reports of completeness into its own.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { buildCollectorPackage } from '../../input/cli/package/collector/build-collector.ts';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { runProgram } from '../end-to-end/harness.ts';
import {
  type AgentInput,
  keyOf,
  makeAgentInputs,
  makePackagePolicy,
  openPackage,
  validatePackagePolicy,
} from '../package/fleet/package-policy.ts';
import { readAsUnits } from '../package/fleet/read-agent-inputs.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { ask, clusterUrl } from './cluster.ts';
import { installAsFleet, removeAsFleet } from './fleet-install.ts';
import { installOwner, removeOwner } from './raw-owner.ts';

const namespace = `own${randomUUID().slice(0, 8)}`;
const raw = `logs-o365.audit-${namespace}`;
const reports = `logs-m365.collection-${namespace}`;
const { built: files, version } = buildCollectorPackage();
const installation = { files, version, namespace };
let emulator: Emulator;
let inputs: readonly AgentInput[];

beforeAll(async () => {
  await installOwner(raw);
  await installAsFleet(installation);
  emulator = await startEmulator({
    seed: 11,
    startCooldown: 'off',
    tenants: [{ content: { records: 300, days: 1, recordsPerBlob: 20, ratePerMinute: 0 } }],
  });
  const pack = openPackage(files);
  const tenant = emulator.tenants[0];
  const policy = makePackagePolicy(pack, {
    package: {
      tenant_id: tenant?.tenantId,
      tenant_name: 'Contoso "EMEA',
      client_id: tenant?.clientId,
      client_secret: tenant?.clientSecret,
      login_url: emulator.url,
    },
    streams: { audit_raw: { management_url: emulator.url, tags: ['m365-emulator'] } },
  });
  expect(validatePackagePolicy(pack, policy)).toEqual([]);
  inputs = makeAgentInputs(pack, { ...policy, namespace }, { version: '9.4' });
});

afterAll(async () => {
  await emulator.close();
  await ask('DELETE', `/_data_stream/${raw}`);
  await removeOwner(raw);
  await removeAsFleet(installation);
});

test('Fleet issues the key for the data stream of the other package', () => {
  const privileges = ['auto_configure', 'create_doc'];
  expect(keyOf(inputs)).toEqual({
    cluster: ['monitor'],
    indices: [
      { names: [raw], privileges },
      { names: [reports], privileges },
    ],
  });
});

test('the policy is read without a note or an error but that of an emulator', () => {
  const demo = inputs.map((input) => ({ ...input, data_stream: { namespace: 'demo' } }));
  const { units, notes, streams, completeness } = readAsUnits(demo);
  expect([notes, units.map(({ error }) => error)]).toEqual([[], [undefined, undefined]]);
  expect(streams[0]?.mapping).toMatchObject({ documents: 'raw', dataset: 'o365.audit' });
  expect(completeness).toHaveLength(1);
});

test('raw records arrive where the other package maps them, each once, and completeness beside', async () => {
  using folder = temporaryFolder();
  const policy = join(folder.path, 'policy.yml');
  const outputs = { default: { type: 'elasticsearch', hosts: [clusterUrl] } };
  const m365 = { state_folder: join(folder.path, 'state') };
  writeFileSync(policy, stringify({ m365, outputs, inputs }));
  const { code, printed } = await runProgram(['run', '--policy', policy, '--once', '--force']);
  expect(code === 0 ? '' : printed).toBe('');
  const stored = await readAll(raw);
  const truth = [...emulator.distinctIds()].map(({ id }) => id).toSorted();
  expect(stored.map(({ _source }) => _source.event.id).toSorted()).toEqual(truth);
  // The pipeline of the owner ran: it took the record from its place, and the tenant's name.
  expect(stored[0]?._source).toMatchObject({
    organization: { name: 'Contoso "EMEA' },
    o365: { audit: { RecordType: expect.any(String) } },
  });
  expect(stored[0]?._source.o365audit).toBeUndefined();
  expect((await readAll(reports)).length).toBeGreaterThan(0);
  expect((await ask('GET', `/_data_stream/logs-m365.audit_raw-${namespace}`)).status).toBe(404);
  const again = await runProgram(['run', '--policy', policy, '--once', '--force']);
  expect(again.code).toBe(0);
  expect(await readAll(raw)).toHaveLength(truth.length);
});

interface Stored {
  // biome-ignore lint/suspicious/noExplicitAny: documents of every shape
  readonly _source: any;
}

async function readAll(dataStream: string): Promise<Stored[]> {
  await ask('POST', `/${dataStream}/_refresh`);
  return (await ask('POST', `/${dataStream}/_search`, { size: 10_000 })).body.hits.hits;
}
