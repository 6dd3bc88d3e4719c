import { describe, expect, test } from '@jest/globals';
import {
  createFieldLookup,
  dashboardsOf,
  generateSavedObjects,
  loadDashboards,
  type SavedObject,
} from '../../dashboards/index.ts';
import { readDashboard } from '../../dashboards/interpret/read-dashboard.ts';
import type { QueryView } from '../../dashboards/interpret/view.ts';
import { fieldsOfKql, parseKql } from '../../dashboards/kql/parse.ts';
import { ownerOf } from '../../dashboards/packages.ts';
import { listCollectionFields } from '../../input/cli/package/fields/collection-fields.ts';
import { datasetNames, datasetPackages } from '../../pipelines/datasets.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions } from '../../pipelines/index.ts';

const generate = () => generateSavedObjects(loadDashboards(), createFieldLookup());
const objects = generate();
const dashboards = objects.filter(({ type }) => type === 'dashboard');
const views = dashboards.map((dashboard) => readDashboard(dashboard, objects));

test('the same definitions give the same bytes', () => {
  expect(JSON.stringify(generate())).toBe(JSON.stringify(objects));
});

test('every subject has its dashboard, package by package in the order of the navigation', () => {
  const titles = [
    '[O365] Overview',
    '[O365] Sign-ins',
    '[O365] Mail',
    '[O365] Files and sharing',
    '[O365] Administration',
    '[O365] Threats, alerts and DLP',
    '[O365] Teams and Copilot',
    '[O365] Completeness',
    '[O365] Service health',
    '[Entra] Sign-ins',
    '[Entra] Directory changes',
    '[Entra] Identity risks',
    '[Defender] Alerts and incidents',
    '[Exchange] Mail flow',
  ];
  expect(views.map(({ title }) => title)).toEqual(titles);
});

const packageOf = (id: string) => id.slice(0, id.indexOf('-'));

const installing = datasetPackages.filter((name) => dashboards.some(({ id }) => packageOf(id) === name));

describe.each(installing)('what %s installs', (name) => {
  const own = generateSavedObjects(dashboardsOf(name, loadDashboards()), createFieldLookup());
  const ids = own.map(({ id }) => id);

  test('is the same by itself as among all', () => {
    expect(own.length).toBeGreaterThan(1);
    expect(own).toEqual(objects.filter(({ id }) => packageOf(id) === name));
  });

  test('links all of its dashboards, and refers to nothing that another package installs', () => {
    const inOwn = views.filter(({ id }) => ids.includes(id));
    for (const { panels } of inOwn) {
      const links = panels.flatMap((panel) => (panel.kind === 'links' ? panel.links : []));
      expect(links.map(({ dashboard }) => dashboard)).toEqual(inOwn.map(({ id }) => id));
    }
    const references = own.flatMap((object) => object.references);
    expect(references.filter(({ id, type }) => type !== 'index-pattern' && !ids.includes(id))).toEqual([]);
  });

  test('is tagged as its own', () => {
    const tags = own.filter(({ type }) => type === 'tag').map(({ id }) => id);
    expect(tags).toHaveLength(1);
    for (const { type, references } of own)
      if (type !== 'tag')
        expect(references.filter((reference) => reference.type === 'tag').map(({ id }) => id)).toEqual(tags);
  });
});

/** The fields that documents of a dataset can hold. */
function fieldsOfDataset(name: string): ReadonlySet<string> {
  const known = datasetNames.find((each) => each === name);
  const fields = known === undefined ? listCollectionFields() : listDocumentFields(loadDefinitions(known));
  return new Set(fields.map((field) => field.name));
}

/** Every field that a panel asks for or shows. */
function fieldsAsked(panel: QueryView): string[] {
  const inQuery = (query: string) => (query === '' ? [] : fieldsOfKql(parseKql(query)));
  if (panel.kind === 'map') return [panel.geoField, ...inQuery(panel.query)];
  if (panel.kind === 'search') return [...panel.columns.map(({ field }) => field), ...inQuery(panel.query)];
  const columns = Object.values(panel.layer.columns).flatMap((column) => {
    if (column.operationType === 'filters')
      return column.params.filters.flatMap(({ input }) => inQuery(input.query));
    if ('references' in column) return [];
    return [column.sourceField, ...inQuery(column.isBucketed ? '' : (column.filter?.query ?? ''))];
  });
  return [...columns, ...inQuery(panel.query)].filter((field) => field !== '___records___');
}

describe.each(views)('$title', ({ id, panels, filters }) => {
  test('asks questions', () => {
    const asking = panels.filter(({ kind }) => kind !== 'links' && kind !== 'text');
    expect(asking.filter(({ title }) => !title.endsWith('?'))).toEqual([]);
    expect(asking.length).toBeGreaterThan(5);
  });

  test('is limited to datasets of its package as a whole, and to one of them panel by panel', () => {
    const phrases = (query: unknown) =>
      [...JSON.stringify(query).matchAll(/\{"match_phrase":\{"data_stream\.dataset":"([^"]+)"\}\}/g)].map(
        ([, dataset = '']) => dataset,
      );
    expect(filters).toHaveLength(1);
    const datasets = phrases(filters);
    expect(new Set(datasets.map(ownerOf))).toEqual(new Set([packageOf(id)]));
    for (const panel of panels) {
      if (panel.kind !== 'lens' && panel.kind !== 'map' && panel.kind !== 'search') continue;
      expect(panel.filters).toHaveLength(1);
      const [dataset = '', ...others] = phrases(panel.filters);
      expect([datasets.includes(dataset), others]).toEqual([true, []]);
    }
  });

  test('asks each dataset for fields that its documents can hold', () => {
    for (const panel of panels) {
      if (panel.kind !== 'lens' && panel.kind !== 'map' && panel.kind !== 'search') continue;
      const [, dataset = ''] = /"data_stream\.dataset":"([^"]+)"/.exec(JSON.stringify(panel.filters)) ?? [];
      const known = fieldsOfDataset(dataset);
      expect([panel.title, fieldsAsked(panel).filter((field) => !known.has(field))]).toEqual([
        panel.title,
        [],
      ]);
    }
  });

  test('shows words over its columns, never the name of a field', () => {
    const fields = createFieldLookup();
    const heads = panels.flatMap((panel) => {
      if (panel.kind === 'search') return panel.columns.map(({ title }) => title);
      return panel.kind === 'lens' ? Object.values(panel.layer.columns).map(({ label }) => label) : [];
    });
    expect(heads.filter((head) => /[._@]/.test(head) || fields.find(head) !== undefined)).toEqual([]);
  });

  test('has panels side by side that neither overlap nor leave holes in a row', () => {
    const cells = new Set<string>();
    for (const { grid } of panels)
      for (let x = grid.x; x < grid.x + grid.w; x++)
        for (let y = grid.y; y < grid.y + grid.h; y++) {
          expect(cells).not.toContain(`${x},${y}`);
          cells.add(`${x},${y}`);
        }
    const bottom = Math.max(...panels.map(({ grid }) => grid.y + grid.h));
    expect(cells.size).toBe(48 * bottom);
  });
});

describe('Kibana 8.18 can import them', () => {
  /** Checks an import as Kibana's saved-object types do: the attributes they know, and nothing else. */
  const known: Readonly<Record<SavedObject['type'], readonly string[]>> = {
    dashboard: [
      'controlGroupInput',
      'description',
      'kibanaSavedObjectMeta',
      'optionsJSON',
      'panelsJSON',
      'refreshInterval',
      'timeFrom',
      'timeRestore',
      'timeTo',
      'title',
      'version',
    ],
    search: [
      'columns',
      'description',
      'grid',
      'hideChart',
      'isTextBasedQuery',
      'kibanaSavedObjectMeta',
      'sort',
      'timeRestore',
      'title',
      'usesAdHocDataView',
    ],
    tag: ['color', 'description', 'name'],
  };

  test.each(objects)(
    '$type $id',
    ({ id, type, attributes, references, coreMigrationVersion, typeMigrationVersion }) => {
      expect(Object.keys(attributes).filter((name) => !known[type].includes(name))).toEqual([]);
      expect(id).toMatch(/^m365(?:_[a-z]+)?-[a-z0-9-]+$/);
      expect(coreMigrationVersion).toBe('8.8.0');
      expect({ dashboard: '10.2.0', search: '10.3.0', tag: '8.0.0' }[type]).toBe(typeMigrationVersion);
      const names = references.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const ids = objects.map((object) => object.id);
      const dangling = references.filter(({ id: to, type: kind }) =>
        kind === 'index-pattern' ? to !== 'logs-*' : !ids.includes(to),
      );
      expect(dangling).toEqual([]);
    },
  );

  // The grid of a saved search knows the widths of columns and nothing else: a label there refuses the import.
  test('single events have their words from a data view of their own, which has all the events', () => {
    const searches = objects.filter(({ type }) => type === 'search');
    const views = searches.map(({ attributes }) => {
      const { searchSourceJSON } = Object(attributes.kibanaSavedObjectMeta);
      const { index, indexRefName } = JSON.parse(searchSourceJSON);
      expect([attributes.usesAdHocDataView, attributes.grid, indexRefName]).toEqual([true, {}, undefined]);
      expect(index).toMatchObject({ title: 'logs-*', timeFieldName: '@timestamp' });
      const labelled = ['@timestamp', ...[attributes.columns].flat()];
      expect(Object.keys(index.fieldAttrs)).toEqual(labelled);
      return String(index.id);
    });
    expect(views.length).toBeGreaterThan(5);
    expect(new Set(views).size).toBe(views.length);
  });

  test('no id is used twice', () => {
    const ids = views.flatMap(({ id, panels }) => [id, ...panels.map((panel) => panel.id)]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('nothing is asked in ES|QL, and no panel is of an outdated kind', () => {
    const text = JSON.stringify(objects);
    expect(text).not.toMatch(/esql/i);
    const types = new Set(views.flatMap(({ panels }) => panels.map(({ kind }) => kind)));
    expect([...types].sort()).toEqual(['lens', 'links', 'map', 'search']);
  });
});

test('a reference that leads nowhere is an error, not an empty panel', () => {
  const [dashboard] = dashboards;
  if (dashboard === undefined) throw new Error('there is no dashboard');
  const broken = { ...dashboard, references: dashboard.references.slice(0, -5) };
  expect(() => readDashboard(broken, objects)).toThrow(/has no reference named/);
  expect(() => readDashboard(dashboard, [dashboard])).toThrow(/which is not there/);
});
