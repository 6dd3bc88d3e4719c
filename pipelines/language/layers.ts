// Resolves layers, the statements of a file or of one of its operations about an event, and adds up those of files that
// extend each other.

import type {
  Case,
  Layer,
  LayerPart,
  Outcome,
  OutcomeStep,
  SourceLine,
  StatusTable,
} from '../definitions.ts';
import { statusKey } from '../statuses.ts';
import { resolveMessage } from './message-template.ts';
import { resolvePath, type SourceLocation } from './names.ts';
import { resolveConditions, resolveRule } from './rules.ts';
import type { CaseSource, EventSource, LayerSource, OutcomeStepSource, ValueTableSource } from './sources.ts';

export function resolveLayer(source: LayerSource, location: SourceLocation): Layer {
  const { event, cases, fields = [], outcome, message } = source;
  return {
    ...resolveEvent(event),
    cases: cases?.map((each, i) => resolveCase(each, location.at('cases', i))),
    rules: fields.flatMap((field, i) => resolveRule(field, location.at('fields', i))),
    outcome: outcome?.steps?.map((step, i) => resolveStep(step, location.at('outcome', 'steps', i))),
    otherwise: outcome?.otherwise,
    message: resolveMessage(message, undefined, location.at('message')),
    partsWrittenAt: linesOfParts(source, location),
  };
}

/** The result has the parts that are in the layer. */
function linesOfParts(
  { event, outcome, message }: LayerSource,
  location: SourceLocation,
): Layer['partsWrittenAt'] {
  const paths: readonly (readonly [LayerPart, unknown, readonly string[]])[] = [
    ['whole', true, []],
    ['kind', event?.kind, ['event', 'kind']],
    ['category', event?.category?.[0], ['event', 'category']],
    ['type', event?.type?.[0], ['event', 'type']],
    ['outcome', outcome?.steps, ['outcome', 'steps']],
    ['otherwise', outcome?.otherwise, ['outcome', 'otherwise']],
    ['message', message, ['message']],
  ];
  const lines: Partial<Record<LayerPart, SourceLine>> = {};
  for (const [part, value, path] of paths) {
    const line = value === undefined ? undefined : location.at(...path).line();
    if (line !== undefined) lines[part] = line;
  }
  return Object.keys(lines).length === 0 ? undefined : lines;
}

function resolveEvent({
  kind,
  category = [],
  type = [],
}: EventSource = {}): Pick<Layer, 'kind' | 'category' | 'type'> {
  return { kind, category, type };
}

function resolveCase({ when, outcome, event, message }: CaseSource, location: SourceLocation): Case {
  return {
    when: resolveConditions(when, location.at('when')),
    outcome,
    ...resolveEvent(event),
    message: resolveMessage(message, outcome, location.at('message')),
    writtenAt: location.line(),
  };
}

function resolveStep(
  { from, status, present, values }: OutcomeStepSource,
  location: SourceLocation,
): OutcomeStep {
  if ((from === undefined) === (status === undefined) || (status !== undefined && present !== undefined))
    location.report('a step has either "from" or "status"; "present" stands beside "from"');
  if (status !== undefined) {
    const statuses = [status].flat().map((path) => resolvePath(path, location.at('status')));
    return { statuses, values: resolveStatuses(values, location.at('values')), writtenAt: location.line() };
  }
  if (from !== undefined && present === undefined && values === undefined)
    location.report('a step with "from" says what a value stands for: write "present" or "values" beside it');
  const table = resolveTable(values, (text) => text.toLowerCase(), location.at('values'));
  if (present !== undefined) table['*'] = present;
  return {
    from: from === undefined ? [] : resolvePath(from, location.at('from')),
    values: table,
    writtenAt: location.line(),
  };
}

export function resolveStatuses(values: ValueTableSource | undefined, location: SourceLocation): StatusTable {
  return resolveTable(values, statusKey, location);
}

function resolveTable(
  values: ValueTableSource = {},
  keyOf: (text: string) => string,
  location: SourceLocation,
): Record<string, Outcome> {
  const table: Record<string, Outcome> = {};
  for (const [outcome, texts] of Object.entries(values)) {
    if (isOutcome(outcome)) for (const text of [texts].flat(2)) table[keyOf(String(text))] = outcome;
    else location.at(outcome).report(`"${outcome}" is no outcome: write success, failure or unknown`);
  }
  return table;
}

function isOutcome(text: string): text is Outcome {
  return text === 'success' || text === 'failure' || text === 'unknown';
}

/** Child first. Rules and cases add up; everything else comes from the first that has it. */
export function addUp(layers: readonly Layer[]): Layer {
  const first = <Key extends keyof Layer>(key: Key) =>
    layers.find((layer) => layer[key] !== undefined)?.[key];
  const cases = layers.toReversed().flatMap((layer) => layer.cases ?? []);
  return {
    kind: first('kind'),
    category: layers.find((layer) => layer.category.length > 0)?.category ?? [],
    type: layers.find((layer) => layer.type.length > 0)?.type ?? [],
    cases: cases.length === 0 ? undefined : cases,
    rules: layers.flatMap((layer) => layer.rules),
    outcome: first('outcome'),
    otherwise: first('otherwise'),
    message: first('message'),
    partsWrittenAt: first('partsWrittenAt') && addUpLines(layers),
  };
}

function addUpLines(layers: readonly Layer[]): Layer['partsWrittenAt'] {
  return Object.assign({}, ...layers.toReversed().map(({ partsWrittenAt }) => partsWrittenAt));
}
