// What Sigma's rules for m365 ask for, and the records they have to find, from rules.yml.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One of `is` exactly, one of `contains` inside, or `all` of them inside. */
export interface SelectionItem {
  readonly field: string;
  readonly is?: readonly string[];
  readonly contains?: readonly string[];
  readonly all?: readonly string[];
}

export interface SigmaRule {
  readonly name: string;
  readonly service: string;
  /** One of the groups, with all of its items. */
  readonly any: readonly (readonly SelectionItem[])[];
  readonly not: readonly SelectionItem[];
  readonly record: Readonly<Record<string, unknown>>;
  /** The same record but for what takes it out of the rule. */
  readonly miss: Readonly<Record<string, unknown>>;
}

interface WrittenRule {
  readonly name: string;
  readonly service: string;
  readonly select?: readonly SelectionItem[];
  readonly any?: readonly (readonly SelectionItem[])[];
  readonly not?: readonly SelectionItem[];
  /** For a rule on an alert of this name, in place of everything else. */
  readonly alert?: string;
  readonly record?: Readonly<Record<string, unknown>>;
  readonly miss?: Readonly<Record<string, unknown>>;
}

export function readSigmaRules(): SigmaRule[] {
  const text = readFileSync(join(import.meta.dirname, 'rules.yml'), 'utf8');
  const { rules, bases }: { rules: WrittenRule[]; bases: Record<string, Record<string, unknown>> } = parse(
    text,
    { merge: true },
  );
  return rules.map(
    ({ name, service, select = [], any = [select], not = [], alert, record = {}, miss = {} }) => {
      if (alert === undefined) return { name, service, any, not, record, miss: { ...record, ...miss } };
      const group = [
        { field: 'eventSource', is: ['SecurityComplianceCenter'] },
        { field: 'eventName', is: [alert] },
        { field: 'status', is: ['success'] },
      ];
      const fired = { ...bases.alert, Name: alert };
      return { name, service, any: [group], not, record: fired, miss: { ...fired, Name: `${alert} (test)` } };
    },
  );
}

/** As SigmaHQ writes a rule, for sigma-cli. */
export function writeSigmaRule({ name, service, any, not }: SigmaRule): object {
  const parts = Object.fromEntries(
    any.flatMap((group, i) => group.map((item, j) => [`part_${i}_${j}`, writeItem(item)])),
  );
  const groups = any.map((group, i) => group.map((_, j) => `part_${i}_${j}`).join(' and '));
  const filters = Object.fromEntries(not.map((item, i) => [`filter_${i}`, writeItem(item)]));
  const positive = groups.map((group) => `(${group})`).join(' or ');
  const negative = Object.keys(filters).map((filter) => ` and not ${filter}`);
  return {
    title: name,
    logsource: { product: 'm365', service },
    detection: { ...parts, ...filters, condition: `(${positive})${negative.join('')}` },
  };
}

function writeItem({ field, is, contains, all }: SelectionItem): Record<string, readonly string[]> {
  if (is) return { [field]: is };
  return contains ? { [`${field}|contains`]: contains } : { [`${field}|contains|all`]: all ?? [] };
}
