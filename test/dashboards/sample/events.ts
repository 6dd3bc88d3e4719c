// Sample events: what the emulator invents for two companies over a week, through the mapper. A function of the seed
// and the end of the week. Addresses are of GeoIP's public test databases, so that a map has something to show.

import { spreadOverDays } from '../../../input/emulator/content/day-curve.ts';
import { type ContentType, contentTypes } from '../../../input/emulator/options.ts';
import { guidSeries, hash } from '../../../input/emulator/random.ts';
import { generateRecords } from '../../../input/emulator/records/supply.ts';
import { createWorld, type World } from '../../../input/emulator/records/world.ts';
import type { Mapper } from '../../../pipelines/mapper.ts';
import { jailbreak, massDownload, passwordSpray } from './incidents.ts';

export const dayMs = 86_400_000;

export interface SampleTenant {
  readonly name: string;
  readonly world: World;
  /** Which part of the events is this tenant's. */
  readonly share: number;
}

export interface SampleOptions {
  readonly seed: number;
  /** The instant after the last event. */
  readonly end: number;
  readonly days: number;
  readonly events: number;
  readonly namespace: string;
}

export interface SampleDocument {
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
}

export function sampleTenants(seed: number): SampleTenant[] {
  const guid = guidSeries(seed, 'sample');
  return [
    { name: 'Contoso', share: 0.7, world: createWorld(guid(0), 'contoso.example', seed) },
    { name: 'Fabrikam', share: 0.3, world: createWorld(guid(1), 'fabrikam.example', seed + 1) },
  ];
}

/** How much of a tenant's activity each content type is. */
const shares: Readonly<Record<ContentType, number>> = {
  'Audit.AzureActiveDirectory': 0.28,
  'Audit.Exchange': 0.22,
  'Audit.SharePoint': 0.26,
  'Audit.General': 0.2,
  'DLP.All': 0.04,
};

export function sampleEvents(options: SampleOptions, mapper: Mapper): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) =>
    sampleRecords(tenant, options).flatMap((text, index) => {
      const id = `${tenant.world.tenantId}:${index}`;
      const source = mapper.map(mapper.read(text), {
        tenantId: tenant.world.tenantId,
        tenantName: tenant.name,
        fetchedAt: new Date(options.end).toISOString(),
        namespace: options.namespace,
        tags: ['m365-emulator'],
      });
      const at = Date.parse(source['@timestamp']);
      return at >= options.end - options.days * dayMs && at < options.end ? [{ id, source }] : [];
    }),
  );
}

function sampleRecords(tenant: SampleTenant, { seed, end, days, events }: SampleOptions): string[] {
  const when = spreadOverDays(end - days * dayMs, days * dayMs);
  const ordinary = contentTypes.flatMap((contentType) => {
    const count = Math.round(events * tenant.share * shares[contentType]);
    const { text } = generateRecords(tenant.world, contentType, hash(seed, tenant.name, contentType));
    return Array.from({ length: count }, (_, index) => text(index, when((index + 0.5) / count)));
  });
  const special =
    tenant.share > 0.5
      ? [massDownload, passwordSpray, jailbreak].flatMap((incident) => incident(tenant.world, end))
      : [];
  return [...ordinary, ...special]
    .map(moveAddresses)
    .map(plainValues)
    .map(aboutMember)
    .map(vary)
    .map((record, index) => ofAnother(record, tenant.world.people[index % tenant.world.people.length]));
}

/** A delegate is somebody else than the owner; the emulator has people delegate to themselves. */
function ofAnother(record: string, owner: { readonly upn: string } | undefined): string {
  if (owner === undefined || !record.includes('"LogonType":2')) return record;
  return record.replace(/"MailboxOwnerUPN":"[^"]*"/, `"MailboxOwnerUPN":"${owner.upn}"`);
}

const threats = [
  ['Phish', 'Quarantine'],
  ['Phish', 'Junk folder'],
  ['Spam', 'Junk folder'],
  ['High confidence phish', 'Quarantine'],
  ['Malware', 'Quarantine'],
  ['Spam', 'Inbox'],
] as const;

const documents = ['Roadmap.pptx', 'Budget 2027.xlsx', 'Contract draft.docx', 'Minutes.docx', 'Prices.xlsx'];

/** The emulator knows one kind of bad mail, and shows Copilot one document. */
function vary(record: string, index: number): string {
  const name = documents[index % documents.length] ?? 'Roadmap.pptx';
  if (record.includes('"RecordType":261,'))
    return record
      .replaceAll('Roadmap.pptx', name)
      .replace('"Type":"pptx"', `"Type":"${name.split('.').at(-1)}"`);
  if (!record.includes('"RecordType":28,')) return record;
  const [verdict, folder] = threats[index % threats.length] ?? threats[0];
  return record
    .replace('"Verdict":"Phish"', `"Verdict":"${verdict}"`)
    .replace('"LatestDeliveryLocation":"Quarantine"', `"LatestDeliveryLocation":"${folder}"`);
}

/** Real records of memberships are about the member; the emulator names some object. */
function aboutMember(record: string): string {
  if (!record.includes('"Operation":"Add member to ')) return record;
  const member = /"Target":\[.*?"ID":"([^"]+@[^"]+)"/.exec(record)?.[1];
  return member === undefined ? record : record.replace(/"ObjectId":"[^"]*"/, `"ObjectId":"${member}"`);
}

/** Changed values as real records have them: `Global Administrator`, where the emulator prints a list in JSON. */
const plainValues = (record: string): string =>
  record.replace(
    /"(NewValue|OldValue)":"\[(?:\\r\\n)? *(?:\\")?([^"\\{[]*?)(?:\\")?(?:\\r\\n)?\]"/g,
    '"$1":"$2"',
  );

/** From addresses that no database places to some that GeoIP's test databases know. */
const places: Readonly<Record<string, string>> = {
  '203.0.113.7': '2.125.160.216',
  '203.0.113.86': '216.160.83.56',
  '198.51.100.23': '175.16.199.10',
  '198.51.100.144': '81.2.69.160',
  '192.0.2.61': '202.196.224.5',
  '192.0.2.210': '89.160.20.128',
  '2001:db8:85a3::8a2e:370:7334': '2001:218::5',
  '2001:db8:1f::5b': '2a02:cf40::7',
  '2001:db8:4006:812::200e': '2001:220::9',
};

const known = new RegExp(
  Object.keys(places)
    .map((address) => address.replaceAll('.', '\\.'))
    .join('|'),
  'g',
);

const moveAddresses = (record: string): string =>
  record.replace(known, (address) => places[address] ?? address);
