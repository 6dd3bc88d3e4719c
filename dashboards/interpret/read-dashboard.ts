// Reads a dashboard's saved object, with its JSON in strings and its references, into the view that it describes.

import type { SavedObject } from '../saved-object.ts';
import { readLens, readMap, readSearch } from './read-panels.ts';
import { queriesOf, SavedReferences } from './saved-references.ts';
import { listAt, numberAt, objectAt, parseAt, textAt, type UnknownObject } from './unknown-object.ts';
import type { ControlView, DashboardView, PanelView } from './view.ts';

/** Throws when the saved object refers to something that is not among `objects`, or lacks what Kibana needs. */
export function readDashboard(dashboard: SavedObject, objects: readonly SavedObject[]): DashboardView {
  const { attributes } = dashboard;
  const references = new SavedReferences(dashboard, objects);
  const searchSource = parseAt(objectAt(attributes, 'kibanaSavedObjectMeta'), 'searchSourceJSON');
  return {
    id: dashboard.id,
    title: textAt(attributes, 'title'),
    description: textAt(attributes, 'description'),
    time: { from: textAt(attributes, 'timeFrom'), to: textAt(attributes, 'timeTo') },
    filters: queriesOf(searchSource, 'filter'),
    controls: readControls(attributes, references),
    panels: listAt({ panels: JSON.parse(textAt(attributes, 'panelsJSON')) }, 'panels').map((panel) =>
      readPanel(panel, references),
    ),
  };
}

function readControls(attributes: UnknownObject, references: SavedReferences): ControlView[] {
  if (attributes.controlGroupInput === undefined) return [];
  const panels = parseAt(objectAt(attributes, 'controlGroupInput'), 'panelsJSON');
  return Object.keys(panels)
    .map((id) => ({ id, control: objectAt(panels, id) }))
    .sort((one, other) => numberAt(one.control, 'order') - numberAt(other.control, 'order'))
    .map(({ id, control }) => {
      references.idOf(`controlGroup_${id}:optionsListDataView`);
      const input = objectAt(control, 'explicitInput');
      return { id, title: textAt(input, 'title'), field: textAt(input, 'fieldName') };
    });
}

function readPanel(panel: UnknownObject, references: SavedReferences): PanelView {
  const config = objectAt(panel, 'embeddableConfig');
  const id = textAt(panel, 'panelIndex');
  const grid = objectAt(panel, 'gridData');
  const common = {
    id,
    title: textAt(panel, 'title'),
    hidesTitle: config.hidePanelTitles === true,
    description: typeof config.description === 'string' ? config.description : '',
    grid: { x: numberAt(grid, 'x'), y: numberAt(grid, 'y'), w: numberAt(grid, 'w'), h: numberAt(grid, 'h') },
    drillDown: readDrillDown(id, config, references),
  };
  switch (textAt(panel, 'type')) {
    case 'lens':
      return { ...common, kind: 'lens', ...readLens(id, config, references) };
    case 'map':
      return { ...common, kind: 'map', ...readMap(id, config, references) };
    case 'search':
      return {
        ...common,
        kind: 'search',
        ...readSearch(references.find(`${id}:${textAt(panel, 'panelRefName')}`)),
      };
    case 'visualization':
      return {
        ...common,
        kind: 'text',
        markdown: textAt(objectAt(objectAt(config, 'savedVis'), 'params'), 'markdown'),
      };
    case 'links':
      return { ...common, kind: 'links', links: readLinks(id, config, references) };
    default:
      throw new Error(`panel ${id} is of an unknown type`);
  }
}

function readDrillDown(
  panel: string,
  config: UnknownObject,
  references: SavedReferences,
): PanelView['drillDown'] {
  const [event] = listAt(objectAt(objectAt(config, 'enhancements'), 'dynamicActions'), 'events');
  if (event === undefined) return undefined;
  const action = objectAt(event, 'action');
  const name = `${panel}:drilldown:${textAt(action, 'factoryId')}:${textAt(event, 'eventId')}:dashboardId`;
  return { title: textAt(action, 'name'), dashboard: references.find(name).id };
}

function readLinks(panel: string, config: UnknownObject, references: SavedReferences) {
  return listAt(objectAt(config, 'attributes'), 'links').map((link) => ({
    label: textAt(link, 'label'),
    dashboard: references.find(`${panel}:${textAt(link, 'destinationRefName')}`).id,
  }));
}
