// Sample events: a week of records that the emulator makes for two companies, mapped to documents. They depend only on
// the seed and the end of the week, and on the last day incidents happen.

import {
  type ContentType,
  contentTypes,
} from '../../../input/emulator/apis/management-activity/content/content-type.ts';
import { spreadOverDays } from '../../../input/emulator/apis/management-activity/content/day-curve.ts';
import { generateRecords } from '../../../input/emulator/apis/management-activity/records/supply.ts';
import { createWorld, type World } from '../../../input/emulator/world/company.ts';
import { guidSeries, hash } from '../../../input/emulator/world/random.ts';
import type { Mapper } from '../../../pipelines/mapper.ts';
import { jailbreak, massDownload, ownMailboxes, passwordSpray } from './incidents.ts';

export const dayMs = 86_400_000;

export interface SampleTenant {
  readonly name: string;
  readonly world: World;
  /** The share of the events that is this tenant's. */
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

/** The share of each content type in a tenant's activity. */
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
      ? [massDownload, passwordSpray, ownMailboxes, jailbreak].flatMap((incident) =>
          incident(tenant.world, end),
        )
      : [];
  return [...ordinary, ...special];
}
