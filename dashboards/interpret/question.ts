// What is asked of Elasticsearch for a panel: its own filters, those of its dashboard, and those of whoever looks at it.

import { kqlToQuery } from '../kql/to-query.ts';
import { timeField } from '../lens/state.ts';
import type { AskingView, DashboardView, EsQuery } from './view.ts';

/** What the person in front of the dashboard chose. */
export interface Choice {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** KQL. */
  readonly query: string;
  /** Values picked in controls, or by a drill-down. */
  readonly filters: readonly EsQuery[];
}

/** One search over the data view of the dashboards; the answer as Elasticsearch gives it. */
export type Search = (body: Readonly<Record<string, unknown>>) => Promise<unknown>;

export function queryOf(
  asking: Pick<AskingView, 'query' | 'filters'>,
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
        ...asking.filters,
        ...filters,
        kqlToQuery(asking.query),
        kqlToQuery(query),
      ],
    },
  };
}
