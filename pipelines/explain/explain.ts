// Explains the document of a record: maps it step by step as the mapper does, with the same parts, and notes what each
// step read and wrote. For people who ask why, not for the way that records take.

import type { Definitions, Layer, RecordTypeFile } from '../definitions.ts';
import { fixed, planLayout } from '../engine/layout.ts';
import { compileReadRecord, type ShapedRecord } from '../engine/read-record.ts';
import { compileRecordTypes, type RecordTypes } from '../engine/record-types.ts';
import { recordKey } from '../identity.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { compileContext, compileMapper, type MapContext, timeOf } from '../mapper.ts';
import { parseExactly } from '../parse-record.ts';
import { compileParts, dataset, module, type Parts, positionsOf, stackLayers } from '../rules/plan.ts';
import type { ExplainedField, Explanation, FieldSource, Idle } from './explanation.ts';
import { flatten } from './flatten.ts';
import { explainMissing, objectOf } from './missing.ts';
import { listSlots, SlotTrace } from './slot-trace.ts';
import { traceEvent, traceOutcome } from './trace-event.ts';
import { listUnmapped, traceProperties } from './trace-properties.ts';
import { traceRelated, traceSettle } from './trace-related.ts';
import { compileTracedRule, type TracedRecord, type TracedRule, traceRule } from './trace-rules.ts';

export interface Explainer {
  /** As the mapper reads it. */
  read(text: string): ShapedRecord;
  explain(record: ShapedRecord, context: MapContext): Explanation;
}

/** What is tried on the records of one type and operation. */
interface TracedPlan {
  readonly layers: readonly Layer[];
  readonly rules: readonly TracedRule[];
  readonly slots: ReturnType<typeof listSlots>;
}

/** `definitions` say where they are written, or the explanations do not. */
export function compileExplainer(definitions: Definitions): Explainer {
  const parts = compileParts(definitions);
  const mapper = compileMapper(definitions);
  const recordTypes = compileRecordTypes(definitions);
  const findPlan = compileTracedPlans(definitions, parts);

  function explainRecord(record: ShapedRecord, context: MapContext): Explanation {
    const { recordType, operation } = record;
    const plan = findPlan(recordTypes.numberOf(recordType), operation);
    const raw = objectOf(parseExactly(record.text));
    const audit = objectOf(JSON.parse(`{${record.audit}}`));
    const { fields, idle } = traceFields(record, context, {
      plan,
      parts,
      recordTypes,
      definitions,
      raw,
      audit,
    });
    return {
      ...describeHead(record, context, recordTypes),
      layers: plan.layers.flatMap(({ partsWrittenAt }) => partsWrittenAt?.whole ?? []),
      fields: [
        ...fields,
        ...traceProperties(audit, definitions.properties),
        ...constantFields(record, context, definitions),
      ],
      idle,
      unmapped: listUnmapped(raw, audit, definitions.properties),
    };
  }

  /** Nothing of it is looked into: the engine writes the whole document. */
  function explainProblem(record: ShapedRecord, context: MapContext): Explanation {
    const source = engine('the text is no record');
    return {
      problem: record.problem,
      ...describeHead(record, context, recordTypes),
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
    read: compileReadRecord(definitions, parts.positions),
    explain: (record, context) =>
      record.problem === undefined ? explainRecord(record, context) : explainProblem(record, context),
  };
}

function describeHead(record: ShapedRecord, { tenantId }: MapContext, recordTypes: RecordTypes) {
  const { id, recordType, operation } = record;
  const recordTypeName = recordTypes.isKnown(recordType) ? recordTypes.nameOf(recordType) : undefined;
  return { documentId: recordKey(record, tenantId).id, id, recordType, recordTypeName, operation };
}

function compileTracedPlans(definitions: Definitions, parts: Parts) {
  const { common, files, related } = definitions;
  const byNumber = new Map(
    files.flatMap((file) => file.recordTypes.map((number) => [number, file] as const)),
  );
  const known = new Map<string, TracedPlan>();
  const make = (layers: readonly Layer[]): TracedPlan => {
    const rules = layers.flatMap((layer) => layer.rules);
    const layout = planLayout(rules, related, parts.numbers);
    const traced = rules.map((rule) => compileTracedRule(rule, layout, parts));
    return { layers, rules: traced, slots: listSlots(layout.fields) };
  };
  const layersOf = (file: RecordTypeFile | undefined, positions: readonly number[]) =>
    file === undefined ? [common] : stackLayers(file, positions, common);
  return (recordType: number | undefined, operation: Json): TracedPlan => {
    const file = byNumber.get(recordType ?? Number.NaN);
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
  readonly recordTypes: RecordTypes;
  readonly definitions: Definitions;
  readonly raw: JsonObject;
  readonly audit: JsonObject;
}

/** What stands in the fields that tell how a record was collected. */
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
  { plan, parts, recordTypes, definitions, raw, audit }: Made,
): { fields: ExplainedField[]; idle: Idle[] } {
  const trace = new SlotTrace(plan.slots, parts.numbers.size);
  const traced = placeValues(record, parts, explainMissing(raw, audit));
  const { values } = traced;
  const setContext = compileContext();
  trace.watch(
    (name) => engine(contextFields[name] ?? ''),
    (slots) => setContext(slots, record.text, context),
  );
  trace.watch(engine('name of the RecordType'), (slots) => {
    slots[fixed.code] = recordTypes.nameOf(record.recordType);
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
  { created, creationTime }: ShapedRecord,
  context: MapContext,
  { ecsVersion }: Definitions,
): ExplainedField[] {
  const time: FieldSource =
    created === undefined
      ? engine('there is no CreationTime: when it was collected')
      : { ...engine('in UTC'), reads: [{ path: 'CreationTime', value: creationTime }] };
  return [
    { name: 'event.dataset', value: dataset, sources: [engine('fixed')] },
    { name: 'event.module', value: module, sources: [engine('fixed')] },
    { name: '@timestamp', value: created ?? timeOf(context), sources: [time] },
    { name: 'ecs.version', value: ecsVersion, sources: [engine('fixed')] },
  ];
}

function engine(why: string): FieldSource {
  return { by: 'engine', why };
}
