import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { dataStreamsOf, writtenStreamsOf } from '../../input/cli/choose-streams.ts';
import { writeCollectionTemplate } from '../../input/cli/package/form/stream-template.ts';
import { writeCollectionVariables } from '../../input/cli/package/form/variables.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';
import { compileAsFleet } from '../package/fleet/compile-template.ts';

const tenant = {
  id: 'm365-o365.audit-1',
  data_stream: { dataset: 'o365.audit', type: 'logs' },
  tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  client_id: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
  client_secret: 'value',
};

function read(stream: object) {
  const input = {
    id: 'm365-1',
    type: 'm365',
    use_output: 'default',
    data_stream: { namespace: 'prod' },
    streams: [tenant, { id: 'm365-m365.collection-1', ...stream }],
  };
  const outputs = { default: { type: 'elasticsearch', hosts: ['https://es.example:9200'], api_key: 'a:b' } };
  return parsePolicy(stringify({ outputs, inputs: [input] }), 'policy.yml', { environment: {} });
}

test('the completeness stream that Fleet renders is read beside the tenant’s', () => {
  const variables = Object.fromEntries(
    writeCollectionVariables().map(({ name, type, default: value }) => [name, { type, value }]),
  );
  const rendered = compileAsFleet(writeCollectionTemplate(), variables, '8.18');
  const policy = read({ data_stream: { dataset: 'm365.collection', type: 'logs' }, ...rendered });
  expect(policy.streams).toHaveLength(1);
  expect(policy.completeness).toEqual([
    {
      definedAt: expect.stringContaining('policy.yml:'),
      intervalMs: 300_000,
      namespace: 'prod',
      output: policy.outputs[0],
      streams: ['m365-o365.audit-1'],
    },
  ]);
});

test('a check of the output looks at both data streams; records are read back from one', () => {
  const policy = read({ 'data_stream.dataset': 'm365.collection' });
  const [output] = policy.outputs;
  if (!output) throw new Error('no output');
  expect(writtenStreamsOf(policy, output)).toEqual(['logs-o365.audit-prod', 'logs-m365.collection-prod']);
  expect(dataStreamsOf(policy, output)).toEqual(['logs-o365.audit-prod']);
});

test('a disabled one reports nothing, and a wrong setting in it is named with its line', () => {
  const disabled = { 'data_stream.dataset': 'm365.collection', enabled: false };
  expect(read(disabled).completeness).toEqual([]);
  expect(() => read({ 'data_stream.dataset': 'm365.collection', intervall: '5m' })).toThrow(
    /policy\.yml:\d+.*intervall.*interval/,
  );
  expect(() => read({ 'data_stream.dataset': 'm365.collection', interval: '1s' })).toThrow(/at least 10s/);
});
