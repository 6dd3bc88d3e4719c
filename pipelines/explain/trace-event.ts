// What kind of event a record is, how it ended and what its message says: which layer, case or step said so, and why
// the others did not.

import type { Case, Layer, LayerPart, OutcomeStep, SentencePart, SourceLine } from '../definitions.ts';
import type { Values } from '../engine/positions.ts';
import type { Json } from '../json/json.ts';
import { formatPath } from '../language/path.ts';
import { compileCase, compileCases, listSaid } from '../rules/cases.ts';
import type { Parts } from '../rules/plan.ts';
import { compileCondition } from '../rules/rules.ts';
import type { ExplainedField, FieldSource, Idle, Reading } from './explanation.ts';
import { writeCondition } from './words.ts';

interface TracedOutcome {
  readonly outcome: Json;
  readonly source: FieldSource;
  /** Steps before that had no answer. */
  readonly idle: readonly Idle[];
}

/** By the first step of the nearest layer with steps that has an answer, or by the nearest layer that takes one for granted. */
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
  const source: FieldSource =
    layer === undefined
      ? { by: 'engine', why }
      : { by: 'outcome', writtenAt: layer.partsWrittenAt?.otherwise, why: `otherwise: ${why}` };
  return { outcome: layer?.otherwise ?? 'unknown', source, idle };
}

function readStep(step: OutcomeStep, values: Values, { positions }: Parts): Reading[] {
  return pathsOf(step).flatMap((path) => {
    const value = positions.compileRead(path)(values);
    return value === undefined ? [] : [{ path: formatPath(path), value }];
  });
}

function pathsOf(step: OutcomeStep) {
  return 'statuses' in step ? step.statuses : [step.from];
}

function describeStep(step: OutcomeStep, saw: readonly Reading[]): Idle {
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
  readonly message: readonly SentencePart[];
  readonly messageSource: FieldSource;
  readonly idle: readonly Idle[];
}

interface Speaker {
  readonly says: Layer | Case;
  /** Whether it is a case that holds, or a layer. */
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
  const said = listSaid(layers);
  const speakers = said.flatMap(({ says, position }) =>
    position === undefined || holds(position) ? [speakerOf(says)] : [],
  );
  const cases = layers.flatMap((layer) => layer.cases ?? []);
  return {
    fields: [
      { name: 'event.kind', value: event.kind, sources: lastToSay('kind', speakers) },
      listField('category', event.category, speakers),
      listField('type', event.type, speakers),
    ],
    message,
    messageSource: describeTemplate(speakers),
    idle: cases
      .filter((one) => !compileCase(one, compileRead)(values, outcome))
      .map((one) => describeCase(one, values, outcome, parts)),
  };
}

function speakerOf(says: Layer | Case): Speaker {
  if ('rules' in says) {
    const line = (part: LayerPart) => says.partsWrittenAt?.[part];
    return { says, by: 'event', line, why: undefined };
  }
  return { says, by: 'case', line: () => says.writtenAt, why: conditionsOf(says) };
}

function conditionsOf({ when = [], outcome }: Case): string {
  const ended = outcome === undefined ? [] : [`event.outcome is ${outcome}`];
  return `when ${[...ended, ...when.map(writeCondition)].join(' and ')}`;
}

function lastToSay(part: 'kind' | 'message', speakers: readonly Speaker[]): FieldSource[] {
  const speaker = speakers.findLast(({ says }) => says[part] !== undefined);
  if (speaker === undefined) return [{ by: 'engine', why: 'nothing says otherwise' }];
  return [{ by: speaker.by, writtenAt: speaker.line(part), why: speaker.why }];
}

function describeTemplate(speakers: readonly Speaker[]): FieldSource {
  const [said] = lastToSay('message', speakers);
  if (said === undefined || said.by === 'engine') return { by: 'engine', why: 'no template' };
  const why = said.why === undefined ? 'template' : `template, ${said.why}`;
  return { by: 'message', writtenAt: said.writtenAt, why };
}

function listField(
  part: 'category' | 'type',
  value: readonly string[],
  speakers: readonly Speaker[],
): ExplainedField {
  const sources = speakers.flatMap(({ says, by, line, why }): FieldSource[] => {
    if (says[part].length === 0) return [];
    const what = says[part].join(', ');
    return [{ by, writtenAt: line(part), why: why === undefined ? what : `${what} ${why}` }];
  });
  const engine: FieldSource = { by: 'engine', why: 'nothing says otherwise' };
  return { name: `event.${part}`, value: [...value], sources: sources.length === 0 ? [engine] : sources };
}

function describeCase(one: Case, values: Values, outcome: Json, { positions }: Parts): Idle {
  const { compileRead } = positions;
  const { when = [], outcome: wanted, writtenAt } = one;
  const unmet = when.find((condition) => !compileCondition(condition, compileRead)(values));
  const isOther = wanted !== undefined && wanted !== outcome;
  const saw: Reading[] =
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
