// Generates Kibana's saved objects from dashboard definitions. The same definitions give the same bytes.

import { type DatasetPackage, datasetPackages } from '../pipelines/datasets.ts';
import { controlGroup } from './controls.ts';
import type { DashboardDefinition, FieldLookup, PanelSource } from './definition.ts';
import { datasetFilter } from './filters.ts';
import { dashboardId, idOf, searchId, tagId } from './identifiers.ts';
import { refuseUnknownNames } from './language/index.ts';
import { columns, layOut, type Position } from './layout.ts';
import { kql } from './lens/state.ts';
import { lookOf } from './packages.ts';
import { lensContent } from './panels/lens-panel.ts';
import { linksContent } from './panels/links-panel.ts';
import { mapContent } from './panels/map-panel.ts';
import { assemblePanel, type BuiltPanel, type DrillDown, type PanelContent } from './panels/panel.ts';
import { buildSearch, searchContent } from './panels/search.ts';
import { textContent } from './panels/text-panel.ts';
import {
  coreMigrationVersion,
  refersToDataView,
  refersToTag,
  type SavedObject,
  typeMigrationVersions,
} from './saved-object.ts';

const linksHeight = 3;

/**
 * Returns the dashboards, the searches they show, and their tags, package by package. Throws a DefinitionError for a name
 * that stands for nothing.
 */
export function generateSavedObjects(
  definitions: readonly DashboardDefinition[],
  fields: FieldLookup,
): SavedObject[] {
  refuseUnknownNames(definitions, fields);
  return datasetPackages.flatMap((name) => {
    const own = dashboardsOf(name, definitions);
    if (own.length === 0) return [];
    return [
      buildTag(name),
      ...own.flatMap(buildSearches),
      ...own.map((definition) => buildDashboard(definition, own, fields)),
    ];
  });
}

/** Returns those that the package of this name installs, in the order of its navigation. */
export function dashboardsOf(
  packageName: string,
  definitions: readonly DashboardDefinition[],
): readonly DashboardDefinition[] {
  return definitions.filter((definition) => definition.package === packageName);
}

/** The title as Kibana and packages show it. */
export const titleOf = (definition: DashboardDefinition): string =>
  `[${lookOf(definition.package).prefix}] ${definition.content.title}`;

function buildTag(packageName: DatasetPackage): SavedObject {
  const { tag, about } = lookOf(packageName);
  return {
    attributes: { color: '#6092C0', description: about, name: tag },
    coreMigrationVersion,
    id: tagId(packageName),
    references: [],
    type: 'tag',
    typeMigrationVersion: typeMigrationVersions.tag,
  };
}

const panelsOf = ({ content }: DashboardDefinition): PanelSource[] =>
  content.rows.flatMap(({ panels }) => panels);

const datasetOf = ({ content }: DashboardDefinition, { dataset }: PanelSource): string =>
  dataset ?? content.datasets[0] ?? '';

function buildSearches(definition: DashboardDefinition): SavedObject[] {
  return panelsOf(definition).flatMap((panel) =>
    panel.kind === 'events'
      ? buildSearch(
          definition,
          panel,
          `${titleOf(definition)}: ${panel.question}`,
          datasetOf(definition, panel),
        )
      : [],
  );
}

function buildDashboard(
  definition: DashboardDefinition,
  all: readonly DashboardDefinition[],
  fields: FieldLookup,
): SavedObject {
  const { id, content } = definition;
  const panels = [buildLinks(definition, all), ...buildPanels(definition, all, fields)];
  const { references, controlGroupInput } = controlGroup(id, content.controls ?? [], fields);
  const filterIndex = 'kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index';
  return {
    attributes: {
      ...(controlGroupInput !== undefined && { controlGroupInput }),
      description: content.about,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          filter: [datasetFilter(content.datasets, { indexRefName: filterIndex })],
          query: kql(''),
        }),
      },
      optionsJSON: JSON.stringify(options),
      panelsJSON: JSON.stringify(panels.map(({ state }) => state)),
      timeFrom: `now-${content.time}`,
      timeRestore: true,
      timeTo: 'now',
      title: titleOf(definition),
      version: 3,
    },
    coreMigrationVersion,
    id: dashboardId(definition),
    references: [
      refersToTag(definition.package),
      refersToDataView(filterIndex),
      ...panels.flatMap((panel) => panel.references),
      ...references,
    ],
    type: 'dashboard',
    typeMigrationVersion: typeMigrationVersions.dashboard,
  };
}

const options = {
  hidePanelTitles: false,
  syncColors: false,
  syncCursor: true,
  syncTooltips: false,
  useMargins: true,
};

function buildLinks({ id }: DashboardDefinition, all: readonly DashboardDefinition[]): BuiltPanel {
  const name = (...words: readonly string[]) => idOf(id, 'links', ...words);
  const position: Position = { x: 0, y: 0, w: columns, h: linksHeight };
  const links = linksContent(all, name);
  return assemblePanel(links, { id: name(), position }, { question: 'Dashboards' });
}

function buildPanels(
  definition: DashboardDefinition,
  all: readonly DashboardDefinition[],
  fields: FieldLookup,
): BuiltPanel[] {
  const positions = layOut(definition.content.rows, linksHeight).flat();
  return panelsOf(definition).flatMap((panel, index) => {
    const position = positions[index];
    if (position === undefined) return [];
    const id = idOf(definition.id, panel.question);
    const content = contentOf(definition, panel, fields);
    return assemblePanel(content, { id, position }, panel, drillDownOf(definition, panel, all));
  });
}

function contentOf(definition: DashboardDefinition, panel: PanelSource, fields: FieldLookup): PanelContent {
  const name = (...words: readonly string[]) => idOf(definition.id, panel.question, ...words);
  switch (panel.kind) {
    case 'text':
      return textContent(panel);
    case 'map':
      return mapContent(panel, datasetOf(definition, panel), name);
    case 'events':
      return searchContent(name(), searchId(definition, panel.question));
    default:
      return lensContent(panel, datasetOf(definition, panel), name, fields);
  }
}

function drillDownOf(
  { id }: DashboardDefinition,
  panel: PanelSource,
  all: readonly DashboardDefinition[],
): DrillDown | undefined {
  const { question } = panel;
  const target = 'opens' in panel ? all.find((other) => other.id === panel.opens) : undefined;
  if (target === undefined) return undefined;
  return {
    dashboardId: dashboardId(target),
    eventId: idOf(id, question, 'opens'),
    title: target.content.title,
  };
}
