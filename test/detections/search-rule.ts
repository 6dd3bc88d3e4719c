// Runs a rule of KQL on the server as the detection engine does: by the time a document was ingested, with the fields
// that it groups by present, and counted where it has a threshold.

import type { Query } from './kql.ts';
import { translateKql } from './kql.ts';
import type { DetectionRule, Threshold } from './rules.ts';
import { demand, type SampleIndex } from './sample-index.ts';

interface FoundDocument {
  readonly _id: string;
}

/** Returns the ids of the documents found. */
export async function searchRule(
  rule: DetectionRule,
  { dataStreams, types }: SampleIndex,
): Promise<Set<string>> {
  const query = {
    bool: {
      filter: [
        translateKql(rule.query, types),
        { range: { 'event.ingested': { gte: 'now-1h', lte: 'now' } } },
        ...rule.newTerms.map((field): Query => ({ exists: { field } })),
        { bool: { should: dataStreams.map((name) => ({ prefix: { _index: `.ds-${name}-` } })) } },
      ],
    },
  };
  const hits =
    rule.threshold === undefined ? await search(rule, query) : await count(rule, query, rule.threshold);
  return new Set(hits.map(({ _id }) => _id));
}

async function search(rule: DetectionRule, query: Query): Promise<readonly FoundDocument[]> {
  const { hits } = await demand('POST', pathOf(rule), { size: 10_000, _source: false, query });
  return hits.hits;
}

async function count(
  rule: DetectionRule,
  query: Query,
  { field, value, cardinality = [] }: Threshold,
): Promise<readonly FoundDocument[]> {
  // Without a field, all documents are one group.
  const [by = 'data_stream.dataset', ...more] = field;
  if (more.length > 0) throw new Error(`${rule.name}: a threshold of ${field.length} fields`);
  const distinct = cardinality.map((one, i) => ({ ...one, name: `distinct${i}` }));
  const enough = {
    bucket_selector: {
      buckets_path: Object.fromEntries(distinct.map(({ name }) => [name, name])),
      script: distinct.map((one) => `params.${one.name} >= ${one.value}`).join(' && '),
    },
  };
  const { aggregations } = await demand('POST', pathOf(rule), {
    size: 0,
    query,
    aggs: {
      groups: {
        terms: { field: by, min_doc_count: value, size: 1000 },
        aggs: {
          ...Object.fromEntries(distinct.map((one) => [one.name, { cardinality: { field: one.field } }])),
          ...(distinct.length > 0 && { enough }),
          documents: { top_hits: { size: 100, _source: false } },
        },
      },
    },
  });
  const buckets: { documents: { hits: { hits: FoundDocument[] } } }[] = aggregations.groups.buckets;
  return buckets.flatMap(({ documents }) => documents.hits.hits);
}

/** A rule may name indices that are not there. */
const pathOf = ({ index }: DetectionRule) =>
  `/${index.map(encodeURIComponent).join(',')}/_search?ignore_unavailable=true&allow_no_indices=true`;
