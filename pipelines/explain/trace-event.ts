// Explains the kind, the outcome and the message of an event: which layer, case or step decided, and why the others did
// not.

import type { Case, Layer, LayerPart, OutcomeStep, SourceLine, TemplatePart } from '../definitions.ts';
import type { Values } from '../engine/positions.ts';
import type { Json } from '../json/json.ts';
import { formatPath } from '../language/path.ts';
import { compileCase, compileCases, listContributions } from '../rules/cases.ts';
import type { Parts } from '../rules/plan.ts';
import { compileCondition } from '../rules/rules.ts';
import type { ExplainedField, FieldOrigin, Idle, ReadValue } from './explanation.ts';
import { writeCondition } from './words.ts';

interface TracedOutcome {
  readonly outcome: Json;
  readonly source: FieldOrigin;
  /** Steps before that had no answer. */
  readonly idle: readonly Idle[];
}

/** The first step with an answer decides, of the nearest layer with steps; else the default of the nearest layer. */
export function traceOutcome(layers: readonly Layer[], values: Values, parts: Parts): TracedOutcome {
  const steps = layers.find((layer) => layer.outcome !== undefined)?.outcome ?? [];
  const idle: Idle[] = [];
  for (const step of steps) {
    const reads = readStep(step, values, parts);
    const outcome = parts.compileStep(step)(values);
    const { writtenAt } = step;
    if (outcome !== undefined) return { outcome, source: { by: 'outcome', writtenAt, reads }, idle };
    idle.push(describeStep(step, reads));
  }
  const layer = layers.find(({ otherwise }) => otherwise !== undefined);
  const why = 'no step has an answer';
  const source: FieldOrigin =
    layer === undefined
      ? { by: 'engine', why }
      : { by: 'outcome', writtenAt: layer.partsWrittenAt?.otherwise, why: `otherwise: ${why}` };
  return { outcome: layer?.otherwise ?? 'unknown', source, idle };
}

function readStep(step: OutcomeStep, values: Values, { positions }: Parts): ReadValue[] {
  return pathsOf(step).flatMap((path) => {
    const value = positions.compileRead(path)(values);
    return value === undefined ? [] : [{ path: formatPath(path), value }];
  });
}

function pathsOf(step: OutcomeStep) {
  return 'statuses' in step ? step.statuses : [step.from];
}

function describeStep(step: OutcomeStep, saw: readonly ReadValue[]): Idle {
  return {
    by: 'outcome',
    writtenAt: step.writtenAt,
    from: pathsOf(step).map(formatPath),
    to: ['event.outcome'],
    reason: saw.length === 0 ? 'absent' : 'unanswered',
    detail: saw.length === 0 ? 'absent' : 'its table does not have the value',
    saw,
  };
}

interface TracedEvent {
  /** event.kind, event.category and event.type. */
  readonly fields: readonly ExplainedField[];
  readonly message: readonly TemplatePart[];
  readonly messageSource: FieldOrigin;
  readonly idle: readonly Idle[];
}

interface Attribution {
  readonly source: Layer | Case;
  /** A case that holds, or a layer. */
  readonly by: 'case' | 'event';
  readonly line: (part: LayerPart) => SourceLine | undefined;
  readonly why: string | undefined;
}

export function traceEvent(
  layers: readonly Layer[],
  values: Values,
  outcome: Json,
  parts: Parts,
): TracedEvent {
  const { compileRead } = parts.positions;
  const { tests, describe } = compileCases(layers, compileRead);
  const holds = (position: number) => tests[position]?.(values, outcome) === true;
  const { event, message } = describe(holds);
  const attributions = listContributions(layers).flatMap(({ source, position }) =>
    position === undefined || holds(position) ? [attribute(source)] : [],
  );
  const cases = layers.flatMap((layer) => layer.cases ?? []);
  return {
    fields: [
      { name: 'event.kind', value: event.kind, sources: attributeLast('kind', attributions) },
      listField('category', event.category, attributions),
      listField('type', event.type, attributions),
    ],
    message,
    messageSource: describeTemplate(attributions),
    idle: cases
      .filter((one) => !compileCase(one, compileRead)(values, outcome))
      .map((one) => describeCase(one, values, outcome, parts)),
  };
}

function attribute(source: Layer | Case): Attribution {
  if ('rules' in source) {
    const line = (part: LayerPart) => source.partsWrittenAt?.[part];
    return { source, by: 'event', line, why: undefined };
  }
  return { source, by: 'case', line: () => source.writtenAt, why: conditionsOf(source) };
}

function conditionsOf({ when = [], outcome }: Case): string {
  const ended = outcome === undefined ? [] : [`event.outcome is ${outcome}`];
  return `when ${[...ended, ...when.map(writeCondition)].join(' and ')}`;
}

function attributeLast(part: 'kind' | 'message', attributions: readonly Attribution[]): FieldOrigin[] {
  const attribution = attributions.findLast(({ source }) => source[part] !== undefined);
  if (attribution === undefined) return [{ by: 'engine', why: 'nothing says otherwise' }];
  return [{ by: attribution.by, writtenAt: attribution.line(part), why: attribution.why }];
}

function describeTemplate(attributions: readonly Attribution[]): FieldOrigin {
  const [attribution] = attributeLast('message', attributions);
  if (attribution === undefined || attribution.by === 'engine') return { by: 'engine', why: 'no template' };
  const why = attribution.why === undefined ? 'template' : `template, ${attribution.why}`;
  return { by: 'message', writtenAt: attribution.writtenAt, why };
}

function listField(
  part: 'category' | 'type',
  value: readonly string[],
  attributions: readonly Attribution[],
): ExplainedField {
  const sources = attributions.flatMap(({ source, by, line, why }): FieldOrigin[] => {
    if (source[part].length === 0) return [];
    const what = source[part].join(', ');
    return [{ by, writtenAt: line(part), why: why === undefined ? what : `${what} ${why}` }];
  });
  const engine: FieldOrigin = { by: 'engine', why: 'nothing says otherwise' };
  return { name: `event.${part}`, value: [...value], sources: sources.length === 0 ? [engine] : sources };
}

function describeCase(one: Case, values: Values, outcome: Json, { positions }: Parts): Idle {
  const { compileRead } = positions;
  const { when = [], outcome: wanted, writtenAt } = one;
  const unmet = when.find((condition) => !compileCondition(condition, compileRead)(values));
  const isOther = wanted !== undefined && wanted !== outcome;
  const saw: ReadValue[] =
    isOther || unmet === undefined
      ? [{ path: 'event.outcome', value: outcome }]
      : [{ path: formatPath(unmet.path), value: compileRead(unmet.path)(values) }];
  const from = [
    ...(wanted === undefined ? [] : ['event.outcome']),
    ...when.map(({ path }) => formatPath(path)),
  ];
  const detail = `only ${conditionsOf(one)}`;
  return { by: 'case', writtenAt, from, to: fieldsOf(one), reason: 'condition', detail, saw };
}

function fieldsOf({ kind, category, type, message }: Case): string[] {
  return [
    ...(kind === undefined ? [] : ['event.kind']),
    ...(category.length === 0 ? [] : ['event.category']),
    ...(type.length === 0 ? [] : ['event.type']),
    ...(message === undefined ? [] : ['message']),
  ];
}
