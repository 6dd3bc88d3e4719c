// The few Elastic Agent processors that make sense before a document exists: they only add constants. Fleet itself
// writes add_fields into a policy for its global data tags.

import { datasetNames } from '../../../pipelines/datasets.ts';
import { isObject } from '../../../pipelines/json/unknown.ts';
import { type PolicyProblem, suggest } from '../../options/problems.ts';
import { type PolicyNode, plain } from '../../options/settings-tree.ts';

export interface Additions {
  readonly tags: readonly string[];
  /** Dotted field name → constant. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

const supported = ['add_tags', 'add_fields'];

export function readProcessors(node: PolicyNode | undefined, problems: PolicyProblem[]): Additions {
  const tags: string[] = [];
  const fields: Record<string, string | number | boolean> = {};
  if (!node || (node.kind === 'scalar' && (node.value === null || node.value === '')))
    return { tags, fields };
  if (node.kind !== 'list') {
    problems.push({ place: node.place, message: 'processors must be a list' });
    return { tags, fields };
  }
  for (const item of node.items) {
    if (item.kind !== 'map' || item.entries.length !== 1 || !item.entries[0]) {
      problems.push({ place: item.place, message: 'a processor is a map of its name to its settings' });
      continue;
    }
    const { key, place, value } = item.entries[0];
    if (key === 'add_tags') addTags(value, tags, problems);
    else if (key === 'add_fields') addFields(value, fields, problems);
    else problems.push({ place, message: describeUnsupported(key) });
  }
  return { tags, fields };
}

const customPipelines = datasetNames.map((name) => `logs-${name}@custom`).join(' or ');

function describeUnsupported(name: string): string {
  const near = suggest(name, supported);
  return `the processor ${name} is not supported${near} (only ${supported.join(' and ')}); use the ingest pipeline ${customPipelines}`;
}

function addTags(node: PolicyNode, tags: string[], problems: PolicyProblem[]): void {
  const settings = asMap(plain(node));
  const added = settings?.tags;
  const alien = Object.keys(settings ?? {}).find((key) => key !== 'tags' && key !== 'target');
  const otherTarget = settings?.target !== undefined && settings.target !== 'tags';
  if (alien || otherTarget || !Array.isArray(added))
    problems.push({ place: node.place, message: 'add_tags takes `tags`, a list, and no other target' });
  else tags.push(...added.map(String));
}

function addFields(
  node: PolicyNode,
  fields: Record<string, string | number | boolean>,
  problems: PolicyProblem[],
): void {
  const settings = asMap(plain(node));
  const added = asMap(settings?.fields);
  const alien = Object.keys(settings ?? {}).find((key) => key !== 'fields' && key !== 'target');
  if (alien || !added) {
    problems.push({ place: node.place, message: 'add_fields takes `fields`, a map, and `target`' });
    return;
  }
  // Elastic Agent's default; Fleet writes an empty target, which is the root.
  const target = typeof settings?.target === 'string' ? settings.target : 'fields';
  for (const [name, value] of flatten(added, target === '' ? '' : `${target}.`))
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      fields[name] = value;
    else
      problems.push({
        place: node.place,
        message: `add_fields: ${name} must be text, a number or a boolean`,
      });
}

function* flatten(map: Record<string, unknown>, prefix: string): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(map)) {
    const inner = asMap(value);
    if (inner) yield* flatten(inner, `${prefix}${key}.`);
    else yield [prefix + key, value];
  }
}

function asMap(value: unknown): Record<string, unknown> | undefined {
  return isObject(value) ? { ...value } : undefined;
}
