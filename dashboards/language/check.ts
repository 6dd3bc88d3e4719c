// Checks that the names in dashboard files stand for something: fields of a type that can be counted as asked, other
// dashboards, datasets. Each that does not is reported where it is written.

import { type DefinitionProblem, suggest } from '../../pipelines/language/problem.ts';
import type { YamlPath } from '../../pipelines/language/yaml-file.ts';
import type {
  DashboardDefinition,
  FieldLookup,
  GroupingSource,
  MeasureSource,
  NamedGrouping,
  Operation,
  PanelSource,
} from '../definition.ts';
import { fieldsOfKql, KqlError, parseKql } from '../kql/parse.ts';
import { widthProblem } from '../layout.ts';
import { operationsOf, readGrouping } from '../measure.ts';

const numbers = [
  'long',
  'integer',
  'short',
  'byte',
  'unsigned_long',
  'float',
  'double',
  'half_float',
  'scaled_float',
];
const values = ['keyword', 'constant_keyword', 'wildcard', 'version', 'boolean', 'ip', 'date', ...numbers];
const anything = undefined;

const accepted: Readonly<Record<Operation, readonly string[]>> = {
  unique: values,
  last: values,
  minimum: [...numbers, 'date'],
  maximum: [...numbers, 'date'],
  sum: numbers,
  average: numbers,
  median: numbers,
  percentile: numbers,
};

/** Returns every problem of every dashboard. */
export function checkDashboards(
  definitions: readonly DashboardDefinition[],
  fields: FieldLookup,
): DefinitionProblem[] {
  return definitions.flatMap((definition) => {
    const besides = definitions.filter((other) => other.package === definition.package);
    const ids = besides.map(({ id }) => id);
    return new Checker(definition, ids, fields).check();
  });
}

class Checker {
  readonly #definition: DashboardDefinition;
  readonly #dashboards: readonly string[];
  readonly #fields: FieldLookup;
  readonly #problems: DefinitionProblem[] = [];

  constructor(definition: DashboardDefinition, dashboards: readonly string[], fields: FieldLookup) {
    this.#definition = definition;
    this.#dashboards = dashboards;
    this.#fields = fields;
  }

  check(): DefinitionProblem[] {
    const { controls = [], rows } = this.#definition.content;
    for (const [index, { field }] of controls.entries())
      this.#checkField(field, values, ['controls', index, 'field']);
    const questions = new Set<string>();
    for (const [index, row] of rows.entries()) {
      const problem = widthProblem(row);
      if (problem !== undefined) this.#report(['rows', index], problem);
      for (const [position, panel] of row.panels.entries()) {
        const place = ['rows', index, 'panels', position];
        if (questions.has(panel.question))
          this.#report([...place, 'question'], `"${panel.question}" is asked twice`);
        questions.add(panel.question);
        this.#checkPanel(panel, place);
      }
    }
    return this.#problems;
  }

  #checkPanel(panel: PanelSource, place: YamlPath): void {
    const { datasets } = this.#definition.content;
    const { dataset, where } = panel;
    const opens = 'opens' in panel ? panel.opens : undefined;
    if (dataset !== undefined && !datasets.includes(dataset))
      this.#reportName('dataset', dataset, datasets, [...place, 'dataset']);
    if (opens !== undefined && !this.#dashboards.includes(opens))
      this.#reportName('dashboard', opens, this.#dashboards, [...place, 'opens']);
    if (where !== undefined) this.#checkKql(where, [...place, 'where']);
    if (panel.kind === 'map') this.#checkField(panel.field, ['geo_point'], [...place, 'field']);
    if (panel.kind === 'events')
      for (const [index, { field }] of panel.columns.entries())
        this.#checkField(field, anything, [...place, 'columns', index, 'field']);
    this.#checkMeasures(panel, place);
    this.#checkGroupings(panel, place);
  }

  #checkMeasures(panel: PanelSource, place: YamlPath): void {
    if ('value' in panel && 'values' in panel && panel.value !== undefined && panel.values !== undefined)
      this.#report([...place, 'values'], 'a panel has "value" or "values", not both');
    if ('value' in panel && panel.value !== undefined) this.#checkMeasure(panel.value, [...place, 'value']);
    if ('values' in panel)
      for (const [index, measure] of (panel.values ?? []).entries())
        this.#checkMeasure(measure, [...place, 'values', index]);
    if ('by' in panel && panel.by !== undefined && 'values' in panel && (panel.values?.length ?? 0) > 1)
      this.#report([...place, 'by'], 'a panel with several values cannot be broken down by a field');
  }

  #checkMeasure(measure: MeasureSource, place: YamlPath): void {
    if (measure === 'count') return;
    const [operation, second] = operationsOf(measure);
    if (measure.where !== undefined) this.#checkKql(measure.where, [...place, 'where']);
    if (measure.without !== undefined) this.#checkKql(measure.without, [...place, 'without']);
    if (operation === undefined) return;
    if (second !== undefined)
      this.#report([...place, second], `a measure is one of "${operation}" and "${second}"`);
    this.#checkField(measure[operation] ?? '', accepted[operation], [...place, operation]);
  }

  #checkGroupings(panel: PanelSource, place: YamlPath): void {
    for (const [index, [source, at]] of groupingsOf(panel).entries()) {
      const grouping = readGrouping(source);
      const own = [...place, ...at];
      if ('groups' in grouping) {
        this.#checkGroups(grouping, own);
      } else if (grouping.field === undefined) {
        this.#report(own, 'a grouping says its "field", or its "groups"');
      } else {
        this.#checkField(grouping.field, values, typeof source === 'string' ? own : [...own, 'field']);
        if (grouping.other && index > 0)
          this.#report([...own, 'other'], 'only the first grouping of a panel can show the others');
      }
    }
  }

  #checkGroups({ groups, ...others }: NamedGrouping, place: YamlPath): void {
    for (const [name, kql] of Object.entries(groups)) this.#checkKql(kql, [...place, 'groups', name]);
    if ('field' in others)
      this.#report([...place, 'field'], 'a grouping has a "field" or "groups", not both');
  }

  #checkKql(text: string, place: YamlPath): void {
    try {
      for (const field of fieldsOfKql(parseKql(text))) this.#checkField(field, anything, place);
    } catch (error) {
      if (!(error instanceof KqlError)) throw error;
      this.#report(place, `this is no KQL: ${error.message}`);
    }
  }

  #checkField(name: string, types: readonly string[] | undefined, place: YamlPath): void {
    const known = this.#fields.find(name);
    if (known === undefined) this.#reportName('field', name, this.#fields.names, place);
    else if (types !== undefined && !types.includes(known.type))
      this.#report(place, `field "${name}" is of type ${known.type}; this takes ${listTypes(types)}`);
  }

  #reportName(what: string, name: string, known: readonly string[], place: YamlPath): void {
    this.#report(place, `unknown ${what} "${name}"${suggest(name, known)}`);
  }

  #report(place: YamlPath, message: string): void {
    this.#problems.push(this.#definition.problemAt(place, message));
  }
}

/** Returns the groupings, the outermost first, each with its place in the panel. */
function groupingsOf(panel: PanelSource): (readonly [GroupingSource, YamlPath])[] {
  switch (panel.kind) {
    case 'table':
      return panel.of.map((grouping, index) => [grouping, ['of', index]] as const);
    case 'bars':
      return [[panel.of, ['of']], ...(panel.by === undefined ? [] : [[panel.by, ['by']] as const])];
    case 'donut':
      return [[panel.of, ['of']]];
    case 'series':
      return panel.by === undefined ? [] : [[panel.by, ['by']]];
    case 'heatmap':
      return [
        [panel.down, ['down']],
        ...(panel.across === 'time' ? [] : [[panel.across, ['across']] as const]),
      ];
    default:
      return [];
  }
}

function listTypes(types: readonly string[]): string {
  if (types === values) return 'a value that can be grouped';
  return types === numbers ? 'a number' : types.join(' or ');
}
