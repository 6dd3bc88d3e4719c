// The alert rules that watch the collection, as templates that the package installs. Kibana offers them where a rule is
// created, from 9.2.1 on; an older one leaves this kind of asset aside.

import { compiledSchema } from '../pipelines/json/compiled-schema.ts';
import { DefinitionError, type DefinitionProblem, suggest } from '../pipelines/language/problem.ts';
import { type ProblemAt, readYamlFile, type YamlPath } from '../pipelines/language/yaml-file.ts';
import { ownPath } from '../pipelines/own-files.ts';
import type { FieldLookup } from './definition.ts';
import { datasetFilter } from './filters.ts';
import { fieldsOfKql, KqlError, parseKql } from './kql/parse.ts';
import { kqlToQuery } from './kql/to-query.ts';
import { timeField } from './lens/state.ts';
import { coreMigrationVersion } from './saved-object.ts';

interface RuleSource {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** The interval between checks, and how far back each looks: `5m`, `6h`. */
  readonly every: string;
  readonly over: string;
  /** A query in KQL; one document that fits is an alert. */
  readonly where?: string;
  /** The fields whose combinations of values are alerted on one by one. */
  readonly of?: readonly string[];
  /** True where the alert is that there is no document. */
  readonly none?: boolean;
}

export interface AlertRule extends RuleSource {
  /** A saved object of the type `alerting_rule_template`. */
  readonly template: RuleTemplate;
}

interface RuleTemplate {
  readonly id: string;
  readonly type: 'alerting_rule_template';
  /** The attributes that Kibana 9.2.1 knows: it refuses the package for any other, such as the `description` of 9.4. */
  readonly attributes: {
    readonly name: string;
    readonly tags: readonly string[];
    readonly ruleTypeId: '.es-query';
    readonly schedule: { readonly interval: string };
    readonly params: Readonly<Record<string, unknown>>;
  };
  readonly references: readonly [];
  readonly managed: true;
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

const text = { type: 'string', minLength: 1 };
const span = { type: 'string', pattern: '^[1-9][0-9]*[mhd]$' };

const schema = compiledSchema<readonly RuleSource[]>({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'name', 'about', 'every', 'over'],
    properties: {
      id: { type: 'string', pattern: '^m365-[a-z-]+$' },
      name: text,
      about: text,
      every: span,
      over: span,
      where: text,
      of: { type: 'array', items: text, minItems: 1, maxItems: 4 },
      none: { const: true },
    },
  },
});

const dataset = 'm365.collection';
const index = `logs-${dataset}-*`;
const ownFile = ownPath('dashboards/alert-rules.yml');

/** Throws a DefinitionError. */
export function generateAlertRules(fields: FieldLookup, path = ownFile): AlertRule[] {
  const file = readYamlFile(path, schema());
  if (file.content === undefined) throw new DefinitionError(file.problems);
  const { content, problemAt } = file;
  const problems = content.flatMap((rule, position) => checkRule(rule, [position], fields, problemAt));
  if (problems.length > 0) throw new DefinitionError(problems);
  return content.map((rule) => ({ ...rule, template: buildTemplate(rule) }));
}

function checkRule(
  { where, of = [] }: RuleSource,
  place: YamlPath,
  fields: FieldLookup,
  problemAt: ProblemAt,
): DefinitionProblem[] {
  const check = (name: string, at: YamlPath): DefinitionProblem[] =>
    fields.find(name) === undefined
      ? [problemAt(at, `unknown field "${name}"${suggest(name, fields.names)}`)]
      : [];
  const named = of.flatMap((name, position) => check(name, [...place, 'of', position]));
  try {
    const asked = where === undefined ? [] : fieldsOfKql(parseKql(where));
    return [...named, ...asked.flatMap((name) => check(name, [...place, 'where']))];
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    return [...named, problemAt([...place, 'where'], `this is no KQL: ${error.message}`)];
  }
}

function buildTemplate(rule: RuleSource): RuleTemplate {
  const { id, name, every } = rule;
  return {
    attributes: {
      name,
      params: paramsOf(rule),
      ruleTypeId: '.es-query',
      schedule: { interval: every },
      tags: ['Microsoft 365'],
    },
    coreMigrationVersion,
    id,
    managed: true,
    references: [],
    type: 'alerting_rule_template',
    typeMigrationVersion: '10.1.0',
  };
}

function paramsOf({ over, where = '', of, none = false }: RuleSource) {
  const filter = [datasetFilter([dataset], { index }).query, kqlToQuery(where)];
  return {
    aggType: 'count',
    esQuery: JSON.stringify({ query: { bool: { filter } } }),
    excludeHitsFromPreviousRun: false,
    groupBy: of === undefined ? 'all' : 'top',
    index: [index],
    searchType: 'esQuery',
    size: none ? 0 : 5,
    ...(of !== undefined && { termField: of.length === 1 ? of[0] : of, termSize: 100 }),
    threshold: [none ? 1 : 0],
    thresholdComparator: none ? '<' : '>',
    timeField,
    timeWindowSize: Number(over.slice(0, -1)),
    timeWindowUnit: over.slice(-1),
  };
}
