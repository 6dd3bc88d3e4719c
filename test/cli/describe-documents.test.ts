import { expect, test } from '@jest/globals';
import { describeDocuments } from '../../input/cli/check/describe-documents.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';

const stream = {
  tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  client_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f8',
  client_secret: 'a secret of the tenant',
};

const policyWith = (output: object) => ({
  ...parsePolicy(
    JSON.stringify({ outputs: { default: output }, inputs: [{ type: 'm365', streams: [stream] }] }),
    'my policy.yml',
    {},
  ),
  file: 'my policy.yml',
});

test.each([
  [
    { type: 'file' },
    {},
    'Documents: ./data/events. Look at them: m365 show --follow (lines), m365 preview (dashboards).',
  ],
  [
    { type: 'file', path: '/var/lib/a b' },
    { npm_lifecycle_event: 'start' },
    "Documents: /var/lib/a b. Look at them: npm run -s m365 -- show --follow --data '/var/lib/a b' (lines), npm run -s m365 -- preview --data '/var/lib/a b' (dashboards).",
  ],
  [
    {
      type: 'elasticsearch',
      hosts: ['https://elasticsearch.example:9200'],
      api_key: 'id:a-key-nobody-may-see',
    },
    {},
    "Documents: logs-o365.audit-default in https://elasticsearch.example:9200. Look at them: Kibana, or m365 preview --policy 'my policy.yml'.",
  ],
  [{ type: 'console' }, {}, 'Documents: standard output.'],
])('where the documents are, and how to look at them: %j', (output, environment, said) => {
  expect(describeDocuments(policyWith(output), environment)).toBe(said);
});
