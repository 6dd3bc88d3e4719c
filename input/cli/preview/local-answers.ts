// Answers the dashboards' questions from local documents, and names what such an answer lacks instead of showing it as
// empty: only the ingest pipeline knows where an address is and what a user agent is.

import { evaluator, QueryFields } from '../../../dashboards/evaluate/index.ts';
import { createFieldLookup } from '../../../dashboards/index.ts';
import type { PanelAnswer } from '../../../dashboards/interpret/ask-panel.ts';
import type { Search } from '../../../dashboards/interpret/panel-query.ts';
import type { LensView, QueryView } from '../../../dashboards/interpret/view.ts';
import { fieldsOfKql, parseKql } from '../../../dashboards/kql/parse.ts';
import { enrichmentFields } from '../../../pipelines/document-fields.ts';
import { type DamagedLines, readDocuments } from '../../local-documents/documents.ts';

export interface LocalAnswers {
  readonly search: Search;
  complete(panel: QueryView, answer: PanelAnswer): Promise<object>;
}

export function localDocuments(paths: readonly string[], now: () => number): LocalAnswers {
  const reported = new Set<string>();
  const reportDamage = (damage: DamagedLines) => {
    if (damage.lines === 0 || reported.has(damage.path)) return;
    reported.add(damage.path);
    console.error(`m365: ${damage.path} has damaged lines (${damage.lines}), which are left out.`);
  };
  const search = evaluator({
    fields: new QueryFields(createFieldLookup()),
    documents: async function* () {
      for await (const { tree } of readDocuments(paths, reportDamage)) yield tree;
    },
    now,
  });
  return {
    search,
    async complete(panel, answer) {
      const absent = await absentOf(fieldsOf(panel), search);
      if (absent.length === 0) return answer;
      return {
        ...blank(panel, answer, absent),
        lacks: `Only Elasticsearch knows ${absent.join(', ')}: its ingest pipeline adds that. Deliver there (m365 setup, m365 run) to see it.`,
      };
    },
  };
}

const enriched: ReadonlySet<string> = new Set(enrichmentFields());

/** Documents may have these fields all the same: some records bring them along. */
async function absentOf(fields: readonly string[], search: Search): Promise<string[]> {
  const doubtful = fields.filter((field) => enriched.has(field));
  const counts = await Promise.all(
    doubtful.map(async (field) => {
      const answer = await search({ size: 0, query: { exists: { field } } });
      return Object(answer).hits.total.value;
    }),
  );
  return doubtful.filter((_, index) => counts[index] === 0);
}

function fieldsOf(panel: QueryView): string[] {
  return [...new Set([...shownBy(panel), ...fieldsOfText(panel.query)])];
}

function shownBy(panel: QueryView): string[] {
  if (panel.kind === 'map') return [panel.geoField];
  return panel.kind === 'search' ? panel.columns.map(({ field }) => field) : lensFields(panel);
}

function lensFields({ layer }: LensView): string[] {
  return Object.values(layer.columns).flatMap((column) => {
    if (column.operationType === 'filters')
      return column.params.filters.flatMap(({ input }) => fieldsOfText(input.query));
    if ('references' in column) return [];
    const filter = column.isBucketed ? '' : (column.filter?.query ?? '');
    return [column.sourceField, ...fieldsOfText(filter)];
  });
}

const fieldsOfText = (query: string): string[] => (query.trim() === '' ? [] : fieldsOfKql(parseKql(query)));

/** A count of unknown values is not 0, so it is shown as empty. */
function blank(panel: QueryView, answer: PanelAnswer, absent: readonly string[]): PanelAnswer {
  if (panel.kind !== 'lens' || answer.kind !== 'lens') return answer;
  const unknown = Object.entries(panel.layer.columns).flatMap(([id, column]) =>
    'sourceField' in column && absent.includes(column.sourceField) ? [[id, null]] : [],
  );
  return { ...answer, rows: answer.rows.map((row) => ({ ...row, ...Object.fromEntries(unknown) })) };
}
