// Records of Graph as the emulator invents them, spread over the week of the sample and mapped to documents of their
// dataset. An object that changes has a document for each of its states.

import type { LogKind, RecordDraft } from '../../../input/emulator/apis/graph/log-kind.ts';
import { spreadOverDays } from '../../../input/emulator/apis/management-activity/content/day-curve.ts';
import { guidSeries, hash, Random } from '../../../input/emulator/world/random.ts';
import type { DatasetName } from '../../../pipelines/datasets.ts';
import { loadMapper } from '../../../pipelines/index.ts';
import { dayMs, type SampleDocument, type SampleOptions, type SampleTenant } from './events.ts';

/** A record of Graph, as JSON has it. */
export type GraphRecord = Readonly<Record<string, unknown>>;

interface GraphLog {
  readonly kind: LogKind;
  /** How many objects of both tenants together. */
  readonly count: number;
  /** How many states an object goes through; 1 where objects do not change. */
  readonly statesOf?: (random: Random) => number;
  /** Makes the emulator's record more varied; the same draft gives the same changes. */
  readonly vary?: (draft: RecordDraft) => GraphRecord;
}

const minuteMs = 60_000;

/** Returns the records of a tenant in a log. */
export function graphRecords(
  tenant: SampleTenant,
  { kind, count, statesOf = () => 1, vary = () => ({}) }: GraphLog,
  { seed, end, days }: SampleOptions,
): GraphRecord[] {
  const own = Math.round(count * tenant.share);
  const when = spreadOverDays(end - days * dayMs, days * dayMs);
  const guid = guidSeries(seed, tenant.name, kind.name);
  return Array.from({ length: own }, (_, index) => index).flatMap((index) => {
    const createdAt = when((index + 0.5) / own);
    const draw = (what: string) => new Random(hash(seed, tenant.name, kind.name, index, what));
    const id = kind.writeId(guid(index), index);
    return Array.from({ length: statesOf(draw('states')) }, (_, version) => {
      const updatedAt = createdAt + version * 90 * minuteMs;
      const draft = (what: string) => ({
        ...{ id, index, createdAt, updatedAt, version, world: tenant.world },
        random: draw(what),
      });
      return { ...kind.write(draft('record')), ...vary(draft('changes')) };
    });
  });
}

/** Maps the records of a tenant that are of the sample's time. */
export function mapGraph(
  dataset: DatasetName,
  { name, world }: SampleTenant,
  records: readonly GraphRecord[],
  { end, days, namespace }: SampleOptions,
): SampleDocument[] {
  const mapper = loadMapper(dataset);
  return records.flatMap((record) => {
    const text = JSON.stringify(record);
    const source = mapper.map(mapper.read(text), {
      tenantId: world.tenantId,
      tenantName: name,
      fetchedAt: new Date(end).toISOString(),
      namespace,
      tags: ['m365-emulator'],
    });
    const at = Date.parse(source['@timestamp']);
    if (at < end - days * dayMs || at >= end) return [];
    return [{ id: mapper.identify(mapper.read(text), world.tenantId).id, source }];
  });
}
