import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evaluator, QueryFields } from '../../dashboards/evaluate/index.ts';
import {
  createFieldLookup,
  generateAlertRules,
  generateSavedObjects,
  loadDashboards,
} from '../../dashboards/index.ts';
import { askControl, askPanel } from '../../dashboards/interpret/ask-panel.ts';
import { buildPanelQuery, type Search } from '../../dashboards/interpret/panel-query.ts';
import { readDashboard } from '../../dashboards/interpret/read-dashboard.ts';
import type { UnknownObject } from '../../dashboards/interpret/unknown-object.ts';
import type { QueryView } from '../../dashboards/interpret/view.ts';
import { kqlToQuery } from '../../dashboards/kql/to-query.ts';
import {
  differences,
  expectedRows,
  type FlatDocument,
  flatten,
  matches,
  passes,
  showsSomething,
} from '../dashboards/expected.ts';
import { disagreements, someQuestions } from '../dashboards/same-answers.ts';
import { askAt, loadSample, removeSample, sample, sampleStreams } from '../dashboards/sample/load.ts';
import { translateKql } from '../detections/kql.ts';
import { clusterUrl } from './cluster.ts';

const objects = generateSavedObjects(loadDashboards(), createFieldLookup());
const dashboards = objects
  .filter(({ type }) => type === 'dashboard')
  .map((object) => readDashboard(object, objects));
const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.flatMap((panel) =>
    panel.kind === 'text' || panel.kind === 'links' ? [] : [{ dashboard, panel, title: panel.title }],
  ),
);

const dayMs = 86_400_000;
const choice = { from: sample.end - sample.days * dayMs, to: sample.end, query: '', filters: [] };
const ask = askAt(clusterUrl);
const search = (body: object) => ask('POST', `/${sampleStreams.join(',')}/_search`, body);

function missing(what: string): never {
  throw new Error(`there is no ${what}`);
}

let sources: readonly UnknownObject[] = [];
let documents: readonly FlatDocument[] = [];

async function readDocuments(stream: string): Promise<UnknownObject[]> {
  const answer = JSON.stringify(
    await ask('POST', `/${stream}/_search`, { size: 10_000, sort: ['@timestamp'] }),
  );
  const { hits }: { hits: { hits: { _source: UnknownObject }[] } } = JSON.parse(answer);
  return hits.hits.map(({ _source }) => _source);
}

const timeOf = (document: FlatDocument) => Date.parse(String(document.get('@timestamp')?.[0]));

/** What a panel is about, by the plain reading of its filters. */
const subjectOf = (panel: QueryView, filters: readonly Record<string, unknown>[]): FlatDocument[] =>
  documents.filter(
    (document) =>
      timeOf(document) <= choice.to &&
      [...filters, ...panel.filters].every((filter) => passes(document, filter)) &&
      matches(document, panel.query),
  );

beforeAll(async () => {
  await loadSample(clusterUrl);
  sources = (await Promise.all(sampleStreams.map(readDocuments))).flat();
  documents = sources.map(flatten);
});

afterAll(() => removeSample(clusterUrl));

describe('every panel shows what the documents say', () => {
  test.each(panels)('$dashboard.title: $title', async ({ dashboard, panel }) => {
    const answer = await askPanel(panel, dashboard, choice, search);
    expect(showsSomething(answer)).toBe(true);
    const subject = subjectOf(panel, dashboard.filters);
    if (answer.kind === 'lens' && panel.kind === 'lens') {
      expect(differences(panel.layer, answer.rows, expectedRows(panel, subject, choice))).toEqual([]);
    } else if (answer.kind === 'search') {
      expect(answer.total).toBe(subject.length);
      expect(Date.parse(answer.rows[0]?.[0] ?? '')).toBe(Math.max(...subject.map(timeOf)));
    } else if (answer.kind === 'map' && panel.kind === 'map') {
      const located = subject.filter((document) => document.has(`${panel.geoField}.lat`));
      expect(answer.clusters.reduce((sum, { count }) => sum + count, 0)).toBe(located.length);
    }
  });
});

/** The rows of a table, by the words over its columns. */
async function rowsOf(question: string): Promise<Record<string, unknown>[]> {
  const { dashboard, panel } = panels.find(({ title }) => title === question) ?? missing(question);
  const answer = await askPanel(panel, dashboard, choice, search);
  if (panel.kind !== 'lens' || answer.kind !== 'lens') throw new Error(`"${question}" is no table`);
  const { columns } = panel.layer;
  return answer.rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([id, value]) => [columns[id]?.label ?? id, value])),
  );
}

describe('tables name whom they ask about', () => {
  test('who opens the mailboxes of others is somebody else than the owner, and a person', async () => {
    const rows = await rowsOf('Who opens the mailboxes of others?');
    expect(rows.length).toBeGreaterThan(5);
    const own = rows.filter(
      ({ User, Mailbox }) => String(User).toLowerCase() === String(Mailbox).toLowerCase(),
    );
    expect(own).toEqual([]);
    expect(rows.filter(({ User }) => !String(User).includes('@'))).toEqual([]);
  });

  test('who was given which role, with the names of both', async () => {
    const rows = await rowsOf('Who was given or lost which role, and by whom?');
    expect(rows.length).toBeGreaterThan(5);
    for (const { Member, Role } of rows) {
      expect(Member).toMatch(/^[a-z]+\.[a-z]+$/);
      expect(Role).toMatch(/^(?:Global|Exchange|Helpdesk) Administrator$|^Reports Reader$/);
    }
    expect(rows.some(({ Given }) => Number(Given) > 0)).toBe(true);
  });

  test('how long gaps were, only of those that had any', async () => {
    const rows = await rowsOf('How is each tenant and content type doing?');
    const gaps = rows.flatMap((row) =>
      row['Longest gap'] === null ? [] : [`${row.Tenant} ${row['Content type']}`],
    );
    expect(gaps).toEqual(['Contoso Audit.SharePoint', 'Fabrikam Audit.Exchange']);
  });
});

describe('what changes is counted by its last state, not by its documents', () => {
  const one = (document: FlatDocument, field: string) => String(document.get(field)?.[0]);

  /** The documents with the last state of each object, the last of which stands last. */
  const lastStates = (dataset: string, id: string) => {
    const own = documents.filter((document) => one(document, 'data_stream.dataset') === dataset);
    const last = new Map(
      own.toSorted((a, b) => timeOf(a) - timeOf(b)).map((document) => [one(document, id), document]),
    );
    expect(last.size).toBeLessThan(own.length);
    return [...last.values()];
  };

  test.each([
    ['How many incidents are open?', 'm365_defender.incident', 'event.url', /^(?:active|inProgress)$/],
    ['How many alerts are open?', 'm365_defender.alert', 'm365_defender.alert.id', /^(?:new|inProgress)$/],
  ])('%s', async (question, dataset, id, isOpen) => {
    const open = lastStates(dataset, id).filter((document) =>
      isOpen.test(one(document, `${dataset}.status`)),
    );
    const [row] = await rowsOf(question);
    expect(Object.values(row ?? {})[0]).toBe(open.length);
    expect(open.length).toBeGreaterThan(10);
  });

  test('the table of incidents has each once, with the last status', async () => {
    const rows = await rowsOf('What became of each incident?');
    const shown = rows.map((row) => `${row.Incident} ${row.Tenant} ${row.Status}`);
    const wanted = lastStates('m365_defender.incident', 'event.url').map(
      (document) =>
        `${one(document, 'm365_defender.incident.id')} ${one(document, 'organization.id')} ${one(document, 'm365_defender.incident.status')}`,
    );
    expect(shown.toSorted()).toEqual(wanted.toSorted());
  });

  test('a message that was delivered in the end is not pending, and one that never was is', async () => {
    const [row] = await rowsOf('What is on its way?');
    expect(Object.values(row ?? {})[0]).toBe(2);
  });
});

/** Every KQL query that a dashboard holds, of panels and of single measures and groups. */
function queriesIn(panel: QueryView): string[] {
  const columns = panel.kind === 'lens' ? Object.values(panel.layer.columns) : [];
  return [
    panel.query,
    ...columns.flatMap((column) => {
      if (column.operationType === 'filters') return column.params.filters.map(({ input }) => input.query);
      return column.isBucketed || 'references' in column ? [] : [column.filter?.query ?? ''];
    }),
  ].filter((query) => query !== '');
}

test('every query finds what another translation of KQL finds', async () => {
  const fields = createFieldLookup();
  const types = new Map(fields.names.map((name) => [name, fields.find(name)?.type ?? 'keyword']));
  const queries = [...new Set(panels.flatMap(({ panel }) => queriesIn(panel)))];
  expect(queries.length).toBeGreaterThan(50);
  const count = async (query: object) =>
    Object(await search({ size: 0, track_total_hits: true, query })).hits.total.value;
  for (const query of queries)
    expect([query, await count(kqlToQuery(query))]).toEqual([query, await count(translateKql(query, types))]);
});

describe('documents that are in no index answer as Elasticsearch does', () => {
  const local = evaluator({
    fields: new QueryFields(createFieldLookup()),
    documents: async function* () {
      yield* sources;
    },
    now: () => sample.end,
  });

  test.each(dashboards)('the panels of $title', async (dashboard) => {
    const own = panels.filter((each) => each.dashboard === dashboard);
    for (const from of [choice.from, sample.end - dayMs]) {
      const askAll = (ask: Search) =>
        Promise.all(own.map(({ panel }) => askPanel(panel, dashboard, { ...choice, from }, ask)));
      const [here, there] = await Promise.all([askAll(local), askAll(search)]);
      const found = own.flatMap(({ panel, title }, index) =>
        disagreements(panel, here[index], there[index]).map((text) => `${title} ${text}`),
      );
      expect(found).toEqual([]);
    }
  });

  test.each(dashboards)('the controls of $title', async (dashboard) => {
    for (const { field } of dashboard.controls)
      expect(await askControl(field, dashboard, choice, local)).toEqual(
        await askControl(field, dashboard, choice, search),
      );
  });

  test('a query of any kind', async () => {
    const count = async (ask: Search) =>
      Promise.all(
        someQuestions.map(async (query) => [
          query,
          Object(await ask({ size: 0, track_total_hits: true, query: kqlToQuery(query) })).hits.total.value,
        ]),
      );
    expect(await count(local)).toEqual(await count(search));
  });
});

describe('alert rules find what they are for, and nothing else', () => {
  const rules = generateAlertRules(createFieldLookup());
  const ruleOf = (id: string) => {
    const { params } = Object(rules.find((rule) => rule.id === id)?.template.attributes);
    return { fields: [params.termField ?? []].flat(), query: JSON.parse(params.esQuery).query };
  };
  /** Who is alerted about, as Kibana would group it, in the hours before the end of the sample. */
  async function alertedBy(id: string, hours: number) {
    const { fields, query } = ruleOf(id);
    const range = { range: { '@timestamp': { gt: new Date(sample.end - hours * 3_600_000).toISOString() } } };
    const sources = fields.map((field: string) => ({ [field]: { terms: { field } } }));
    const answer = await search({
      size: 0,
      track_total_hits: true,
      query: { bool: { filter: [query, range] } },
      aggs: sources.length === 0 ? {} : { who: { composite: { sources, size: 100 } } },
    });
    const { hits, aggregations } = Object(answer);
    return aggregations === undefined
      ? hits.total.value
      : aggregations.who.buckets.map(({ key }: { key: object }) => Object.values(key).join(' '));
  }

  test('a gap, and the failure behind it', async () => {
    expect(await alertedBy('m365-gap', 1)).toEqual(['Fabrikam Audit.Exchange']);
    expect(await alertedBy('m365-failed', 1)).toEqual(['Fabrikam Audit.Exchange']);
    expect(await alertedBy('m365-gap', 30)).toEqual(['Contoso Audit.SharePoint', 'Fabrikam Audit.Exchange']);
  });

  test('a loss, on the day of the loss', async () => {
    expect(await alertedBy('m365-lost', 24)).toEqual(['Contoso Audit.General']);
    expect(await alertedBy('m365-lost', 12)).toEqual([]);
  });

  test('lag, and a type that says nothing any more', async () => {
    expect(await alertedBy('m365-quiet', 1)).toEqual(['Fabrikam DLP.All']);
    expect(await alertedBy('m365-lag', 20)).toEqual(['Fabrikam Audit.Exchange']);
  });

  test('a credential that ends soon by the clock of the server', async () => {
    // The sample's credential ends at a fixed date: it is as near, or as long past, as today has it.
    const ends = sample.end + 9 * dayMs;
    const isNear = ends < Date.now() + 14 * dayMs;
    expect(await alertedBy('m365-credential', 24)).toEqual(isNear ? ['Fabrikam'] : []);
  });

  test('silence is no document at all', async () => {
    expect(await alertedBy('m365-silent', 1)).toBeGreaterThan(0);
  });
});

describe('whoever looks chooses', () => {
  const overview = dashboards.find(({ id }) => id === 'm365-overview') ?? missing('overview');
  const panel = panels.find(({ title }) => title === 'How many events?')?.panel ?? missing('panel');

  test('a shorter time shows less', async () => {
    const lastDay = { ...choice, from: sample.end - dayMs };
    const body = { size: 0, track_total_hits: true, query: buildPanelQuery(panel, overview, lastDay) };
    const expected = documents.filter(
      (document) =>
        document.get('data_stream.dataset')?.includes('o365.audit') && timeOf(document) >= lastDay.from,
    ).length;
    expect(await search(body)).toMatchObject({ hits: { total: { value: expected } } });
    expect(expected).toBeGreaterThan(0);
  });

  test('a control offers the values there are, and a query narrows them', async () => {
    expect(await askControl('organization.name', overview, choice, search)).toEqual(['Contoso', 'Fabrikam']);
    const narrowed = { ...choice, query: 'organization.name: Fabrikam' };
    expect(await askControl('organization.name', overview, narrowed, search)).toEqual(['Fabrikam']);
  });
});
