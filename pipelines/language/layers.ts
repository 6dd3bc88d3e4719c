// Layers: what a file, or an operation of it, says of an event; and how what files that extend each other say adds up.

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
import { resolvePath, type Spot } from './names.ts';
import { resolveConditions, resolveRule } from './rules.ts';
import type { CaseSource, EventSource, LayerSource, OutcomeStepSource, TableSource } from './sources.ts';

export function resolveLayer(source: LayerSource, spot: Spot): Layer {
  const { event, cases, fields = [], outcome, message } = source;
  return {
    ...resolveEvent(event),
    cases: cases?.map((each, i) => resolveCase(each, spot.at('cases', i))),
    rules: fields.flatMap((field, i) => resolveRule(field, spot.at('fields', i))),
    outcome: outcome?.steps?.map((step, i) => resolveStep(step, spot.at('outcome', 'steps', i))),
    otherwise: outcome?.otherwise,
    message: resolveMessage(message, undefined, spot.at('message')),
    partsWrittenAt: linesOfParts(source, spot),
  };
}

/** Of the parts that the layer has. */
function linesOfParts({ event, outcome, message }: LayerSource, spot: Spot): Layer['partsWrittenAt'] {
  const places: readonly (readonly [LayerPart, unknown, readonly string[]])[] = [
    ['whole', true, []],
    ['kind', event?.kind, ['event', 'kind']],
    ['category', event?.category?.[0], ['event', 'category']],
    ['type', event?.type?.[0], ['event', 'type']],
    ['outcome', outcome?.steps, ['outcome', 'steps']],
    ['otherwise', outcome?.otherwise, ['outcome', 'otherwise']],
    ['message', message, ['message']],
  ];
  const lines: Partial<Record<LayerPart, SourceLine>> = {};
  for (const [part, value, place] of places) {
    const line = value === undefined ? undefined : spot.at(...place).line();
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

function resolveCase({ when, outcome, event, message }: CaseSource, spot: Spot): Case {
  return {
    when: resolveConditions(when, spot.at('when')),
    outcome,
    ...resolveEvent(event),
    message: resolveMessage(message, outcome, spot.at('message')),
    writtenAt: spot.line(),
  };
}

function resolveStep({ from, status, present, values }: OutcomeStepSource, spot: Spot): OutcomeStep {
  if ((from === undefined) === (status === undefined) || (status !== undefined && present !== undefined))
    spot.report('a step has either "from" or "status"; "present" stands beside "from"');
  if (status !== undefined) {
    const statuses = [status].flat().map((path) => resolvePath(path, spot.at('status')));
    return { statuses, values: resolveStatuses(values, spot.at('values')), writtenAt: spot.line() };
  }
  if (from !== undefined && present === undefined && values === undefined)
    spot.report('a step with "from" says what a value stands for: write "present" or "values" beside it');
  const table = resolveTable(values, (text) => text.toLowerCase(), spot.at('values'));
  if (present !== undefined) table['*'] = present;
  return {
    from: from === undefined ? [] : resolvePath(from, spot.at('from')),
    values: table,
    writtenAt: spot.line(),
  };
}

export function resolveStatuses(values: TableSource | undefined, spot: Spot): StatusTable {
  return resolveTable(values, statusKey, spot);
}

function resolveTable(
  values: TableSource = {},
  keyOf: (text: string) => string,
  spot: Spot,
): Record<string, Outcome> {
  const table: Record<string, Outcome> = {};
  for (const [outcome, texts] of Object.entries(values)) {
    if (isOutcome(outcome)) for (const text of [texts].flat(2)) table[keyOf(String(text))] = outcome;
    else spot.at(outcome).report(`"${outcome}" is no outcome: write success, failure or unknown`);
  }
  return table;
}

function isOutcome(text: string): text is Outcome {
  return text === 'success' || text === 'failure' || text === 'unknown';
}

/** Child first. Rules and cases add up; everything else is said by the first that says it. */
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
