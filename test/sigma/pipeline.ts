// deploy/sigma-pipeline.yml as far as it says which fields a rule's field stands for; the rest of it is pySigma's to carry out.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { SelectionItem } from './rules.ts';

export const pipelineFile = join(import.meta.dirname, '../../deploy/sigma-pipeline.yml');

interface RuleCondition {
  readonly type: string;
  readonly service?: string;
  readonly pattern?: string;
}

interface Transformation {
  readonly type: string;
  readonly mapping?: Readonly<Record<string, string | readonly string[]>>;
  readonly rule_conditions?: readonly RuleCondition[];
  readonly detection_item_conditions?: readonly RuleCondition[];
}

export function readTransformations(): readonly Transformation[] {
  const { transformations }: { transformations: Transformation[] } = parse(
    readFileSync(pipelineFile, 'utf8'),
  );
  return transformations;
}

/** The fields that an item of a rule is asked of; none where the pipeline does not know it. */
export function fieldsOf(item: SelectionItem, service: string): readonly string[] {
  const values = [...(item.is ?? []), ...(item.contains ?? []), ...(item.all ?? [])];
  for (const each of readTransformations()) {
    const fields = each.mapping?.[item.field];
    const { rule_conditions = [], detection_item_conditions = [] } = each;
    const services = rule_conditions.flatMap((condition) => condition.service ?? []);
    const isFor = services.length === 0 || services.includes(service);
    const fits = detection_item_conditions.every(({ pattern = '' }) =>
      values.some((value) => new RegExp(`^${pattern}`).test(`*${value}*`)),
    );
    if (fields !== undefined && isFor && fits) return [fields].flat();
  }
  return [];
}

/** A parameter of a cmdlet has a field of its name: its being there is what a rule looks for. */
export const asksForExistence = (field: string) => field.startsWith('o365.audit.Parameters.');
