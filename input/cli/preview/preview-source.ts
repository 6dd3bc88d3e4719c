// Provides the preview's page with the generated dashboards, and with answers from Elasticsearch.

import { QueryError } from '../../../dashboards/evaluate/index.ts';
import { askControl, askPanel, type PanelAnswer } from '../../../dashboards/interpret/ask-panel.ts';
import type { Choice, Search } from '../../../dashboards/interpret/panel-query.ts';
import { readDashboard } from '../../../dashboards/interpret/read-dashboard.ts';
import type { EsQuery, QueryView } from '../../../dashboards/interpret/view.ts';
import { KqlError } from '../../../dashboards/kql/parse.ts';
import type { SavedObject } from '../../../dashboards/saved-object.ts';
import type { PageChoice, PageFilter, PreviewSource } from '../../preview/contract.ts';
import { BadRequest } from '../../preview/read-choice.ts';

/** The function `complete` adds to an answer a note on what it lacks. */
export function previewSource(
  objects: readonly SavedObject[],
  search: Search,
  now: () => number,
  complete: (panel: QueryView, answer: PanelAnswer) => Promise<object> = async (_, answer) => answer,
): PreviewSource {
  const views = objects
    .filter(({ type }) => type === 'dashboard')
    .map((dashboard) => readDashboard(dashboard, objects));
  const find = (id: string) => views.find((view) => view.id === id);
  return {
    now,
    list: () => views.map(({ id, title, description }) => ({ id, title, description })),
    describe: find,
    answer: async (id, panelId, choice) => {
      const view = find(id);
      const panel = view?.panels.find((candidate) => candidate.id === panelId);
      if (view === undefined || panel === undefined || panel.kind === 'text' || panel.kind === 'links')
        return undefined;
      return refuseBadKql(async () => complete(panel, await askPanel(panel, view, toChoice(choice), search)));
    },
    values: async (id, controlId, choice) => {
      const view = find(id);
      const control = view?.controls.find((candidate) => candidate.id === controlId);
      return view === undefined || control === undefined
        ? undefined
        : refuseBadKql(() => askControl(control.field, view, toChoice(choice), search));
    },
  };
}

const toChoice = ({ from, to, query, filters }: PageChoice): Choice => ({
  from,
  to,
  query,
  filters: filters.map(toQuery),
});

/** An invalid query that the person typed is reported as theirs to mend. */
async function refuseBadKql<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof KqlError) throw new BadRequest(`This is no KQL: ${error.message}`);
    throw error instanceof QueryError ? new BadRequest(`This cannot be asked: ${error.message}`) : error;
  }
}

function toQuery({ field, values, without }: PageFilter): EsQuery {
  const terms = { terms: { [field]: values } };
  return without ? { bool: { must_not: terms } } : terms;
}
