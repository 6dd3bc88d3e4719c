// Reads the detection rules where they lie beside the repository; no copy of them is kept here.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fieldsOfEql, runEql } from './eql.ts';
import { type EsqlRow, fieldsOfEsql, runEsql } from './esql.ts';
import { fieldsOfKql } from './kql.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'detection-rules');

/** The reason why there are no rules to test against; undefined where there are. */
export const missingRules: string | undefined = existsSync(join(folder, 'rules.json'))
  ? undefined
  : '../shared/detection-rules is not there';

export interface DetectionRule {
  readonly name: string;
  /** The name of its file, without extension; it names the rule's sample. */
  readonly stem: string;
  readonly type: 'query' | 'new_terms' | 'threshold' | 'eql' | 'esql';
  readonly language: 'kuery' | 'eql' | 'esql';
  readonly index: readonly string[];
  readonly query: string;
  readonly newTerms: readonly string[];
  readonly threshold: Threshold | undefined;
  /** Alerts that are alike in these become one. */
  readonly suppression: readonly string[];
}

export interface Threshold {
  readonly field: readonly string[];
  readonly value: number;
  readonly cardinality?: readonly { readonly field: string; readonly value: number }[];
}

interface RawRule extends Omit<DetectionRule, 'stem' | 'newTerms' | 'threshold' | 'suppression'> {
  readonly file: string;
  readonly new_terms_fields: readonly string[];
  readonly threshold: Threshold | null;
  readonly suppression_fields: readonly string[];
}

/** Returns the rules that Elastic still ships: a rule that is on its way out says so in its name. */
export function readLiveRules(): DetectionRule[] {
  return readRules('rules.json').filter(({ name }) => !name.startsWith('Deprecated'));
}

/** Rules of other packages that search our documents among others. */
export function readRulesElsewhere(): DetectionRule[] {
  return readRules('rules_o365_elsewhere.json');
}

/** Rules that need nothing but the logs of Entra that this project maps. */
export function readEntraRules(): DetectionRule[] {
  return readRules('rules_azure_entra.json').filter(({ query, index }) => {
    const named = `${query} ${index.join(' ')}`.match(/azure\.\w*(?:logs|protection)\b/g) ?? [];
    return named.length > 0 && named.every((name) => entraLogs.includes(name));
  });
}

/** Rules that need nothing but alerts and incidents of Defender, or message traces. */
export function readDefenderRules(): DetectionRule[] {
  return [...readRules('rules_azure_entra.json'), ...readRules('rules_o365_elsewhere.json')].filter(
    // A machine-learning rule names no index.
    ({ index }) =>
      index.length > 0 &&
      index.every((name) => /^logs-(?:m365_defender|microsoft_exchange_online_message_trace)\./.test(name)),
  );
}

const entraLogs = [
  'azure.auditlogs',
  'azure.signinlogs',
  'azure.identity_protection',
  'azure.identityprotection',
];

function readRules(file: string): DetectionRule[] {
  const rules: RawRule[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return rules.map(({ file, new_terms_fields, threshold, suppression_fields, ...rule }) => ({
    ...rule,
    suppression: suppression_fields,
    stem: basename(file, '.toml'),
    newTerms: new_terms_fields,
    threshold: threshold ?? undefined,
  }));
}

export interface FieldUse {
  readonly rules: number;
  /** The number of uses of each operator and literal, such as `== success`. */
  readonly values: Readonly<Record<string, number>>;
}

/** Returns every field that any rule names, and how it is used. */
export function readFieldUses(): Record<string, FieldUse> {
  return JSON.parse(readFileSync(join(folder, 'fields_values.json'), 'utf8'));
}

/** Returns every field that a rule reads from the index, including those that it groups by. */
export function fieldsOfRule({ language, query, newTerms, threshold }: DetectionRule): string[] {
  const grouped = [
    ...newTerms,
    ...(threshold?.field ?? []),
    ...(threshold?.cardinality ?? []).map(({ field }) => field),
  ];
  const asked =
    language === 'kuery'
      ? fieldsOfKql(query)
      : language === 'esql'
        ? fieldsOfEsql(query)
        : fieldsOfEql(query).map(({ name }) => name);
  return [...new Set([...asked, ...grouped])];
}

/** Runs a rule that a server without EQL and ES|QL cannot run: each condition on the values of each document. */
export function runByCondition(
  { language, query }: DetectionRule,
  rows: readonly EsqlRow[],
  columns: ReadonlySet<string>,
): Set<string> {
  return language === 'esql' ? runEsql(query, rows, columns) : runEql(query, rows, columns);
}
