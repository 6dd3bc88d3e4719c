// The row of controls above a dashboard: one list of values for each field.

import type { ControlSource, FieldLookup } from './definition.ts';
import { idOf } from './identifiers.ts';
import { dataTypeOf } from './lens/columns.ts';
import { dataView, type Reference, refersToDataView } from './saved-object.ts';

interface ControlGroup {
  readonly controlGroupInput: Readonly<Record<string, unknown>> | undefined;
  readonly references: readonly Reference[];
}

export function controlGroup(
  dashboard: string,
  controls: readonly ControlSource[],
  fields: FieldLookup,
): ControlGroup {
  if (controls.length === 0) return { controlGroupInput: undefined, references: [] };
  const entries = controls.map((control, order): [string, object] => {
    const id = idOf(dashboard, 'control', control.field);
    return [id, controlState(id, control, order, fields)];
  });
  return {
    controlGroupInput: {
      chainingSystem: 'HIERARCHICAL',
      controlStyle: 'oneLine',
      ignoreParentSettingsJSON: JSON.stringify({
        ignoreFilters: false,
        ignoreQuery: false,
        ignoreTimerange: false,
        ignoreValidations: false,
      }),
      panelsJSON: JSON.stringify(Object.fromEntries(entries)),
      showApplySelections: false,
    },
    references: entries.map(([id]) => refersToDataView(`controlGroup_${id}:optionsListDataView`)),
  };
}

function controlState(id: string, { field, title }: ControlSource, order: number, fields: FieldLookup) {
  return {
    explicitInput: {
      dataViewId: dataView,
      fieldName: field,
      id,
      // Kibana searches by a part of a value in text only.
      ...(dataTypeOf(field, fields) === 'string' && { searchTechnique: 'prefix' }),
      selectedOptions: [],
      sort: { by: '_count', direction: 'desc' },
      title,
    },
    grow: true,
    order,
    type: 'optionsListControl',
    width: 'medium',
  };
}
