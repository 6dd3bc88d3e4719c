import { describe, expect, test } from '@jest/globals';
import {
  createFieldLookup,
  generateSavedObjects,
  loadDashboards,
  type SavedObject,
} from '../../dashboards/index.ts';
import { readDashboard } from '../../dashboards/interpret/read-dashboard.ts';
import { loadDefinitions } from '../../pipelines/index.ts';

const generate = () => generateSavedObjects(loadDashboards(), createFieldLookup(loadDefinitions()));
const objects = generate();
const dashboards = objects.filter(({ type }) => type === 'dashboard');
const views = dashboards.map((dashboard) => readDashboard(dashboard, objects));

test('the same definitions give the same bytes', () => {
  expect(JSON.stringify(generate())).toBe(JSON.stringify(objects));
});

test('every subject has its dashboard, in the order of the navigation, which leads to all of them', () => {
  const titles = [
    '[O365] Overview',
    '[O365] Sign-ins',
    '[O365] Mail',
    '[O365] Files and sharing',
    '[O365] Administration',
    '[O365] Threats, alerts and DLP',
    '[O365] Teams and Copilot',
    '[O365] Completeness',
  ];
  expect(views.map(({ title }) => title)).toEqual(titles);
  for (const { panels } of views) {
    const links = panels.flatMap((panel) => (panel.kind === 'links' ? panel.links : []));
    expect(links.map(({ dashboard }) => dashboard)).toEqual(dashboards.map(({ id }) => id));
  }
});

describe.each(views)('$title', ({ panels, filters }) => {
  test('asks questions', () => {
    const asking = panels.filter(({ kind }) => kind !== 'links' && kind !== 'text');
    expect(asking.filter(({ title }) => !title.endsWith('?'))).toEqual([]);
    expect(asking.length).toBeGreaterThan(5);
  });

  test('is limited to its own datasets, as a whole and panel by panel', () => {
    expect(filters).toHaveLength(1);
    for (const panel of panels) {
      if (panel.kind !== 'lens' && panel.kind !== 'map' && panel.kind !== 'search') continue;
      expect(JSON.stringify(panel.filters)).toMatch(
        /^\[\{"match_phrase":\{"data_stream\.dataset":"(?:o365\.audit|m365\.collection)"\}\}\]$/,
      );
    }
  });

  test('shows words over its columns, never the name of a field', () => {
    const fields = createFieldLookup(loadDefinitions());
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
      expect(id).toMatch(/^m365-[a-z0-9-]+$/);
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
