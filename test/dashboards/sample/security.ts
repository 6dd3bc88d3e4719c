// Alerts and incidents of Defender, each with a document for every state that it went through: some are still open.

import type { RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { alerts, incidents } from '../../../input/emulator/apis/graph/records/security.ts';
import { hash, type Random } from '../../../input/emulator/world/random.ts';
import { type SampleDocument, type SampleOptions, sampleTenants } from './events.ts';
import { type GraphRecord, graphRecords, mapGraph } from './graph.ts';

/** New, in somebody's hands, resolved: not all come that far. */
const statesOf = (random: Random) => random.between(1, 3);

export function sampleAlerts(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const log = { kind: alerts, count: 120, statesOf, vary: varyAlert };
    const records = graphRecords(tenant, log, options).map(onItsDevice);
    return mapGraph('m365_defender.alert', tenant, records, options);
  });
}

export function sampleIncidents(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) => {
    const log = { kind: incidents, count: 40, statesOf, vary: varyIncident };
    return mapGraph('m365_defender.incident', tenant, graphRecords(tenant, log, options), options);
  });
}

const endings = [
  ['truePositive', 'malware'],
  ['truePositive', 'phishing'],
  ['truePositive', 'compromisedUser'],
  ['falsePositive', 'notMalicious'],
  ['informationalExpectedActivity', 'securityTesting'],
] as const;

const titles = [
  ['Suspicious PowerShell command line', 'Execution', 'T1059.001', 'microsoftDefenderForEndpoint'],
  ['A web shell was found', 'Persistence', 'T1505.003', 'microsoftDefenderForEndpoint'],
  ['Credentials were read from memory', 'CredentialAccess', 'T1003.001', 'microsoftDefenderForEndpoint'],
  ['Mail with a malicious link was removed', 'InitialAccess', 'T1566.002', 'microsoftDefenderForOffice365'],
  ['A user reported phishing', 'InitialAccess', 'T1566.001', 'microsoftDefenderForOffice365'],
  ['Impossible travel activity', 'InitialAccess', 'T1078', 'microsoftDefenderForCloudApps'],
  ['Mass download by one user', 'Exfiltration', 'T1567', 'microsoftDefenderForCloudApps'],
] as const;

function varyAlert({ version, random }: RecordDraft): GraphRecord {
  const [title, category, technique, serviceSource] = random.pick(titles);
  const [classification, determination] = random.pick(endings);
  return {
    ...{ title, category, categories: [category], mitreTechniques: [technique], serviceSource },
    ...(version === 2 && { classification, determination }),
  };
}

/** The emulator has one device for all. */
function onItsDevice(record: GraphRecord): GraphRecord {
  const device = `laptop-${hash(String(record.id)) % 12}`;
  return JSON.parse(JSON.stringify(record).replaceAll('laptop-7', device));
}

const names = [
  'Multi-stage incident involving initial access and execution on one endpoint',
  'Phishing campaign reported by several users',
  'Impossible travel of one user',
  'Malware that was prevented on several endpoints',
] as const;

function varyIncident({ id, version, world, random }: RecordDraft): GraphRecord {
  const [classification, determination] = random.pick(endings);
  return {
    displayName: random.pick(names),
    severity: random.pick(['low', 'medium', 'medium', 'high']),
    status: ['active', 'inProgress', 'resolved'][version],
    incidentWebUrl: `https://security.microsoft.com/incidents/${id}?tid=${world.tenantId}`,
    ...(version === 2 && { classification, determination }),
  };
}
