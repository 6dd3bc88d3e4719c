// The generated dashboards as the preview's page takes them, asked of Elasticsearch.

import { QueryError } from '../../../dashboards/evaluate/index.ts';
import { type Answer, askControl, askPanel } from '../../../dashboards/interpret/ask.ts';
import type { Choice, Search } from '../../../dashboards/interpret/question.ts';
import { readDashboard } from '../../../dashboards/interpret/read-dashboard.ts';
import type { AskingView, EsQuery } from '../../../dashboards/interpret/view.ts';
import { KqlError } from '../../../dashboards/kql/parse.ts';
import type { SavedObject } from '../../../dashboards/saved-object.ts';
import type { PageChoice, PageFilter, PreviewSource } from '../../preview/contract.ts';
import { BadRequest } from '../../preview/read-choice.ts';

/** `complete` adds to an answer what whoever looks must know of it. */
export function previewSource(
  objects: readonly SavedObject[],
  search: Search,
  now: () => number,
  complete: (panel: AskingView, answer: Answer) => Promise<object> = async (_, answer) => answer,
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

/** A query that the person typed is theirs to mend. */
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
