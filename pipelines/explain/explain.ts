// Explains the document of a record: maps it step by step with the parts of the mapper, and notes what each step read
// and wrote. The collector itself does not use it.

import type { Places } from '../dataset.ts';
import type { Definitions, Layer, RecordTypeFile } from '../definitions.ts';
import { fixed, planLayout } from '../engine/layout.ts';
import { compileReadRecord, type ShapedRecord } from '../engine/read-record.ts';
import { compileRecordTypes, type RecordType } from '../engine/record-types.ts';
import { compileUnify } from '../engine/unify.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { compileContext, compileMapper, type MapContext, type RecordReader, timeOf } from '../mapper.ts';
import { parseExactly } from '../parse-record.ts';
import { byRecordType, compileParts, type Parts, positionsOf, stackLayers } from '../rules/plan.ts';
import type { ExplainedField, FieldOrigin, Idle, RecordExplanation } from './explanation.ts';
import { flatten } from './flatten.ts';
import { explainMissing, objectOf } from './missing.ts';
import { listSlots, SlotTrace } from './slot-trace.ts';
import { traceEvent, traceOutcome } from './trace-event.ts';
import { listUnmapped, traceProperties } from './trace-properties.ts';
import { traceRelated, traceSettle } from './trace-related.ts';
import { compileTracedRule, type TracedRecord, type TracedRule, traceRule } from './trace-rules.ts';

export interface Explainer {
  /** Reads the text of a record as the mapper does. */
  read(text: string): ShapedRecord;
  explain(record: ShapedRecord, context: MapContext): RecordExplanation;
}

/** The layers and rules that run on the records of one type and operation. */
interface TracedPlan {
  readonly layers: readonly Layer[];
  readonly rules: readonly TracedRule[];
  readonly slots: ReturnType<typeof listSlots>;
}

/** `definitions` say where they are written, or the explanations do not. */
export function compileExplainer(definitions: Definitions): Explainer {
  const parts = compileParts(definitions);
  const mapper = compileMapper(definitions);
  const unify = compileUnify(definitions.dataset.envelope);
  const findPlan = compileTracedPlans(definitions, parts);

  function explainRecord(record: ShapedRecord, context: MapContext): RecordExplanation {
    const plan = findPlan(record.type.key, record.action);
    const raw = unify(objectOf(parseExactly(record.text)));
    const kept = objectOf(JSON.parse(`{${record.kept}}`));
    const { fields, idle } = traceFields(record, context, {
      plan,
      parts,
      definitions,
      raw,
      kept,
    });
    return {
      ...describeHead(record, context, mapper),
      layers: plan.layers.flatMap(({ partsWrittenAt }) => partsWrittenAt?.whole ?? []),
      fields: [
        ...fields,
        ...traceProperties(kept, definitions),
        ...constantFields(record, context, definitions),
      ],
      idle,
      unmapped: listUnmapped(raw, kept, definitions),
    };
  }

  /** Nothing of it is looked into: the engine writes the whole document. */
  function explainProblem(record: ShapedRecord, context: MapContext): RecordExplanation {
    const source = engine('the text is no record');
    return {
      problem: record.problem,
      ...describeHead(record, context, mapper),
      layers: [],
      fields: flatten(mapper.map(record, context)).map(([name, value]) => ({
        name,
        value,
        sources: [source],
      })),
      idle: [],
      unmapped: [],
    };
  }

  return {
    read: compileReadRecord(definitions, parts.positions, compileRecordTypes(definitions)),
    explain: (record, context) =>
      record.problem === undefined ? explainRecord(record, context) : explainProblem(record, context),
  };
}

function describeHead(record: ShapedRecord, { tenantId }: MapContext, { identify }: RecordReader) {
  const { id, kind, type, action } = record;
  const recordTypeName = type.known ? type.name : undefined;
  return {
    documentId: identify(record, tenantId).id,
    id,
    recordType: kind,
    recordTypeName,
    operation: action,
  };
}

function compileTracedPlans(definitions: Definitions, parts: Parts) {
  const { common, related } = definitions;
  const findFile = byRecordType(definitions, (file) => file);
  const known = new Map<string, TracedPlan>();
  const make = (layers: readonly Layer[]): TracedPlan => {
    const rules = layers.flatMap((layer) => layer.rules);
    const layout = planLayout(rules, related, parts.numbers);
    const traced = rules.map((rule) => compileTracedRule(rule, layout, parts));
    return { layers, rules: traced, slots: listSlots(layout.fields) };
  };
  const layersOf = (file: RecordTypeFile | undefined, positions: readonly number[]) =>
    file === undefined ? [common] : stackLayers(file, positions, common);
  return (recordType: RecordType['key'], operation: Json): TracedPlan => {
    const file = findFile(recordType);
    const positions = file === undefined ? [] : positionsOf(file.operations, operation);
    const key = `${file?.name ?? ''} ${positions.join()}`;
    const plan = known.get(key) ?? make(layersOf(file, positions));
    known.set(key, plan);
    return plan;
  };
}

interface Made {
  readonly plan: TracedPlan;
  readonly parts: Parts;
  readonly definitions: Definitions;
  readonly raw: JsonObject;
  readonly kept: JsonObject;
}

/** The fields about how a record was collected, each with a description. */
const contextFields: Readonly<Record<string, string>> = {
  data_stream: 'where it goes',
  'organization.name': 'the configured name of the tenant',
  tags: 'from the settings',
  'event.created': 'when it was collected',
  'event.original': 'the record as it came',
};

/** The steps of the mapper, in its order. */
function traceFields(
  record: ShapedRecord,
  context: MapContext,
  { plan, parts, definitions, raw, kept }: Made,
): { fields: ExplainedField[]; idle: Idle[] } {
  const trace = new SlotTrace(plan.slots, parts.numbers.size);
  const traced = placeValues(record, parts, explainMissing(raw, kept));
  const { values } = traced;
  const setContext = compileContext(definitions.dataset);
  trace.watch(
    (name) => engine(contextFields[name] ?? ''),
    (slots) => setContext(slots, record.text, context),
  );
  trace.watch(engine(`name of the ${nameOf(definitions.dataset.head.kind)}`), (slots) => {
    slots[fixed.code] = record.type.name;
  });
  const { outcome, source, idle: steps } = traceOutcome(plan.layers, values, parts);
  trace.watch(source, (slots) => {
    slots[fixed.outcome] = outcome;
  });
  const idle = plan.rules.flatMap((rule) => traceRule(rule, traced, trace));
  trace.watch(engine('the configured tenant'), (slots) => {
    if (context.tenantId !== '') slots[fixed.organizationId] ??= context.tenantId;
  });
  const replaced = traceSettle(parts, trace);
  traceRelated(definitions.related, parts, trace);
  const event = traceEvent(plan.layers, values, outcome, parts);
  trace.watch(event.messageSource, (slots) => {
    slots[fixed.message] ??= parts.compileMessage(event.message)(values, slots);
  });
  return {
    fields: [...event.fields, ...trace.listFields()],
    idle: [...steps, ...event.idle, ...idle, ...replaced],
  };
}

function placeValues(
  { numbers, values: found }: ShapedRecord,
  { positions }: Parts,
  whyMissing: TracedRecord['whyMissing'],
): TracedRecord {
  const values: Json[] = Array.from({ length: positions.size }, () => undefined);
  for (const [i, number] of numbers.entries()) values[number] = found[i];
  return { values, present: new Set(numbers), whyMissing };
}

function constantFields(
  { created, time }: ShapedRecord,
  context: MapContext,
  { dataset, ecsVersion }: Definitions,
): ExplainedField[] {
  const path = nameOf(dataset.head.time);
  const source: FieldOrigin =
    created === undefined
      ? engine(`there is no ${path}: when it was collected`)
      : { ...engine('in UTC'), reads: [{ path, value: time }] };
  return [
    { name: 'event.dataset', value: dataset.name, sources: [engine('fixed')] },
    { name: 'event.module', value: dataset.module, sources: [engine('fixed')] },
    { name: '@timestamp', value: created ?? timeOf(context), sources: [source] },
    { name: 'ecs.version', value: ecsVersion, sources: [engine('fixed')] },
  ];
}

/** The first place, where there are several. */
function nameOf([first = []]: Places): string {
  return first.join('.');
}

function engine(why: string): FieldOrigin {
  return { by: 'engine', why };
}
