// Builds the query of a panel out of its own filters, those of its dashboard, and those of the person who looks at it.

import { kqlToQuery } from '../kql/to-query.ts';
import { timeField } from '../lens/state.ts';
import type { DashboardView, EsQuery, QueryView } from './view.ts';

/** The time, query and filters that the person in front of the dashboard chose. */
export interface Choice {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** A query in KQL. */
  readonly query: string;
  /** Values picked in controls, or by a drill-down. */
  readonly filters: readonly EsQuery[];
}

/** Sends one search over the data view of the dashboards and returns the answer as Elasticsearch gives it. */
export type Search = (body: Readonly<Record<string, unknown>>) => Promise<unknown>;

export function buildPanelQuery(
  panel: Pick<QueryView, 'query' | 'filters'>,
  dashboard: Pick<DashboardView, 'filters'>,
  { from, to, query, filters }: Choice,
): EsQuery {
  return {
    bool: {
      filter: [
        {
          range: {
            [timeField]: {
              gte: new Date(from).toISOString(),
              lte: new Date(to).toISOString(),
              format: 'strict_date_optional_time',
            },
          },
        },
        ...dashboard.filters,
        ...panel.filters,
        ...filters,
        kqlToQuery(panel.query),
        kqlToQuery(query),
      ],
    },
  };
}
