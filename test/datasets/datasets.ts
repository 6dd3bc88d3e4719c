// Datasets that exist in tests alone, each a folder as those of the project are.

import { join } from 'node:path';
import type { Definitions } from '../../pipelines/definitions.ts';
import { readDataset } from '../../pipelines/language/index.ts';

export function readTestDataset(name: 'incidents' | 'doors'): Definitions {
  return readDataset(join(import.meta.dirname, name));
}

export const context = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
};

const outage = {
  issueId: 'MO1',
  tenantId: 'FEED',
  kind: 'ServiceOutage',
  lastModified: '2026-01-01T10:00:00.5Z',
  stateChange: 'Escalated',
  status: 'Resolved',
  changedBy: 'ann@example.org',
  customerCount: '12',
  details: { region: 'west', ipAddr: '203.0.113.7', floorNumber: 3 },
  labels: [
    { Name: 'SeverityLevel', Value: 'high' },
    { Name: 'caseNumber', Value: '7' },
    { Name: 'emptyOne', Value: '' },
  ],
};

/** The same incident by itself and in an envelope, changed, with what is odd, and unreadable. */
export const incidents = {
  bare: outage,
  enveloped: {
    time: '2026-01-01T10:00:09Z',
    category: 'serviceoutage',
    tenantId: 'Feed',
    properties: outage,
  },
  changed: { ...outage, lastModified: '2026-01-01T11:00:00Z', stateChange: 'Closed', status: 'failed' },
  advice: {
    ...outage,
    kind: 'OldAdvice',
    details: [{ region: 'east' }, { region: 'north', ipAddr: 'none' }],
  },
  unknownKind: { ...outage, kind: 'Unheard', customerCount: 'many' },
  neverChanged: { issueId: 'MO2', kind: 'ServiceAdvice', status: 'odd' },
  undated: { issueId: 'MO3', lastModified: 'yesterday', details: 'just text', labels: 'none' },
  strange: {
    ...outage,
    id: 'taken',
    customer_count: 'taken',
    details: { ip_address: 'taken', 'with.dots': 1, region: 'west' },
    other: 'a name of ours',
    big: [1, { deep: { deeper: [] } }],
  },
  halfEnvelope: { time: '2026-01-01T10:00:09Z', properties: { issueId: 'MO4' } },
  empty: {},
};

export const doors = {
  opened: { Id: '1', At: '2026-01-01T10:00:00Z', Did: 'Opened', Door: 'north', Who: 'Ann' },
  closed: { Id: '2', At: '2026-01-01T10:00:00', Did: 'Closed', Door: 'north', Room: { Floor: 1 } },
  nameless: { At: '2026-01-01T10:00:00', Door: 'south' },
};
