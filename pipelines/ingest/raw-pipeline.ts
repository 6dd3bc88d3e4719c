// Compiles the record-type files to ingest pipelines that map raw records in Elasticsearch. A dispatcher reads the
// record and gives its properties their types; one sub-pipeline a file hands over what the file says; one script runs
// it.

import { ecsFieldNames } from '../../fields/ecs.ts';
import { findConverter } from '../converters/index.ts';
import { readPainlessConverters, writePainlessDispatch } from '../converters/painless.ts';
import { type Dataset, type Envelope, recordPath } from '../dataset.ts';
import type { Definitions, Layer, Properties, RecordTypeFile, Rule } from '../definitions.ts';
import { writeFirstOf, writeHeadRead } from '../engine/head.ts';
import { type RecordTypesOfPipeline, writeRecordTypes } from '../engine/record-types.ts';
import { hasOtherNames, renamePainless, slimNames } from '../engine/rename.ts';
import { withoutOurs } from '../engine/shape.ts';
import { shapePainless } from '../engine/shape-painless.ts';
import { tamePainless } from '../engine/tame.ts';
import { writeUnify } from '../engine/unify.ts';
import { writeIdentify } from '../identity.ts';
import { namePipelines } from './enrichment-pipeline.ts';
import { keepOnFailure, meta, type Pipeline, type Processor } from './processors.ts';
import { readPainless } from './read-painless.ts';
import { keepUsedFunctions } from './used-functions.ts';

/** The stages hand their state to each other under this name, which is removed at the end. */
const scratch = '_m365';

/** The dispatcher is the last; the sub-pipelines add the name of their file to its name. */
export function buildRawPipelines(definitions: Definitions): Pipeline[] {
  const name = namePipelines(definitions.dataset).raw;
  return [
    ...definitions.files.map((file) => buildFilePipeline(file, name)),
    buildDispatcher(definitions, name),
  ];
}

function buildDispatcher(definitions: Definitions, name: string): Pipeline {
  const { files, common, dataset } = definitions;
  const types = writeRecordTypes(definitions);
  const renames = hasOtherNames(definitions.properties);
  const library = readLibrary(listUsedConverters(definitions));
  return {
    name,
    body: {
      _meta: meta,
      description: `${dataset.title} as other shippers deliver them: in message, event.original or ${dataset.rawField}.`,
      processors: [
        runScript('read-record', writeReadSource(dataset, library), {
          made: listMade(dataset),
          spelled: dataset.envelope?.spelled,
        }),
        runScript('shape-record', writeShapeSource(dataset, types, library), {
          properties: slimProperties(withoutOurs(definitions.properties)),
          ...types.params,
          files: Object.fromEntries(files.flatMap((file) => file.recordTypes.map((key) => [key, file.name]))),
          file: dataset.selector === 'none' ? files[0]?.name : undefined,
        }),
        // One call by name: a condition for each file would be a script for each, run for every record.
        {
          pipeline: {
            tag: 'record-type',
            if: `ctx.${scratch}.file != null`,
            name: `${name}-{{{${scratch}.file}}}`,
          },
        },
        runScript('map-record', writeMapSource(definitions, renames, library), {
          common: writeLayer(common),
          related: definitions.related,
          statuses: definitions.statuses,
          ecsVersion: definitions.ecsVersion,
          dataset: dataset.name,
          module: dataset.module,
          fields: renames ? slimNames(withoutOurs(definitions.properties)) : undefined,
        }),
      ],
      on_failure: [
        { remove: { tag: 'failure-scratch', field: scratch, ignore_missing: true } },
        ...keepOnFailure,
      ],
    },
  };
}

function buildFilePipeline(file: RecordTypeFile, name: string): Pipeline {
  const { layers, named, beginnings } = file.operations;
  return {
    name: `${name}-${file.name}`,
    body: {
      _meta: meta,
      description: file.about,
      processors: [
        runScript('hand-over', `ctx.${scratch}.given = params`, {
          layer: writeLayer(file.layer),
          layers: layers.map(writeLayer),
          named,
          beginnings,
        }),
      ],
    },
  };
}

function runScript(tag: string, source: string, params: object): Processor {
  return { script: { tag, lang: 'painless', source: keepUsedFunctions(source), params } };
}

/** The pipelines need the types alone, not the texts for the docs. */
function slimProperties(properties: Properties): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type, properties: inner }]) => [
      name,
      inner === undefined ? { type } : { type, properties: slimProperties(inner) },
    ]),
  );
}

function writeLayer({ rules, ...layer }: Layer): object {
  return { ...layer, rules: rules.map(writeRule) };
}

/** The properties of the converter go along, because Painless cannot ask for them. */
function writeRule(rule: Rule): object {
  const converter = findConverter(rule.converter);
  return {
    ...rule,
    fills: converter?.fills,
    takesAll: converter?.takesAll,
    joins: converter?.joins,
    people: rule.to.some(({ people }) => people === true) ? true : undefined,
    each: rule.each?.map(writeRule),
  };
}

function listUsedConverters({ common, files }: Definitions): Set<string> {
  const layers = [common, ...files.flatMap(({ layer, operations }) => [layer, ...operations.layers])];
  const rules = layers.flatMap((layer) => layer.rules);
  return new Set([...rules, ...rules.flatMap(({ each = [] }) => each)].map(({ converter }) => converter));
}

/** The functions that more than one script calls, with the converters of a dataset. */
function readLibrary(used: ReadonlySet<string>): string {
  return [
    readPainless('ingest/json'),
    readPainlessConverters(),
    writePainlessDispatch(used),
    tamePainless,
    readPainless('json/lists', 'rules/paths'),
  ].join('\n');
}

/** The functions that map a record, the library aside. */
function readMapping(): string {
  const rules = ['people', 'each', 'rules', 'cases'].map((name) => `rules/${name}`);
  return readPainless(...rules, 'statuses', 'rules/outcome', 'rules/message', 'rules/related');
}

/** Undefined where nothing is made. */
function listMade({ envelope }: Dataset): Envelope['made'] | undefined {
  return envelope === undefined || envelope.made.length === 0 ? undefined : envelope.made;
}

function writeReadSource(dataset: Dataset, library: string): string {
  const { rawField, envelope } = dataset;
  const unify =
    envelope === undefined
      ? ''
      : `def served = record;
record = unify((Map) record${listMade(dataset) === undefined ? '' : ', (List) params.made'}${envelope.spelled === undefined ? '' : ', (List) params.spelled'});
`;
  const makes =
    listMade(dataset) === undefined
      ? ''
      : `${library}\n${readPainless('rules/people', 'rules/each', 'rules/rules')}`;
  const functions = `${makes === '' ? readPainless('ingest/json') : makes}${writeFirstOf(dataset.head)}${writeUnify(envelope)}${writeIdentify(dataset)}`;
  return `${functions}
def record = ctx.${rawField};
String text = null;
if (record == null && ctx.message instanceof String) text = ctx.message;
if (record == null && text == null && ctx.event?.original instanceof String) text = ctx.event.original;
if (text != null) {
  try { record = parseJson(text); } catch (IllegalArgumentException e) { throw new IllegalArgumentException('not JSON'); }
} else record = normalise(record);
if (!(record instanceof Map)) throw new IllegalArgumentException('no record in ${rawField}, message or event.original');
${unify}boolean keep = ctx.tags instanceof List && ((List) ctx.tags).contains('preserve_original_event');
Map state = new HashMap();
state.put('record', record);
state.put('document', new LinkedHashMap());
Map event = new LinkedHashMap();
def created = ctx.event?.created;
event.put('created', created == null ? ctx['@timestamp'] : created);
if (keep) event.put('original', text != null ? text : ctx.event?.original instanceof String ? ctx.event.original : writeJson(${envelope === undefined ? 'record' : 'served'}, false));
state.document.put('event', event);
String tenant = ctx.organization?.id instanceof String ? ctx.organization.id : '';
if (ctx.organization?.name instanceof String) state.document.put('organization', ['name': ctx.organization.name]);
state.put('tenant', tenant);
ctx._id = identify(${envelope === undefined ? '' : 'served, '}(Map) record, tenant);
ctx.${scratch} = state;`;
}

function writeShapeSource(
  { head, selector }: Dataset,
  { functions, keyOf }: RecordTypesOfPipeline,
  library: string,
): string {
  const heads = writeFirstOf(head);
  const kind = writeHeadRead(head.kind, 'record');
  return `${library}${shapePainless}${heads}${functions}
Map state = (Map) ctx.${scratch};
Map record = (Map) state.get('record');
Map aside = new HashMap();
shapeObject(record, (Map) params.properties, '', aside);
if (aside.get('other') != null) record.put('other', aside.get('other'));
if (aside.get('valueless') != null) {
  List names = (List) aside.get('valueless');
  names.sort((a, b) -> ((String) a).compareTo((String) b));
  record.put('valueless', names);
}
if (aside.get('unplaced') != null) {
  List reasons = (List) aside.get('unplaced');
  reasons.sort((a, b) -> ((String) a).compareTo((String) b));
  record.put('unplaced', reasons);
}
Map event = (Map) state.get('document').get('event');
String code = ${keyOf(kind)};
def name = code == null ? null : params.names.get(code);
if (name == null) name = toKeyword(${kind}, null);
if (name != null) event.put('code', name);
state.put('file', ${selector === 'none' ? 'params.file' : 'code == null ? null : params.files.get(code)'});
def date = toDate(${writeHeadRead(head.time, 'record')}, null);
if (date == null) addTo(record, 'unplaced', ['${head.time[0]?.join('.')}: no date']);
state.put('timestamp', date == null ? event.get('created') : date);`;
}

function writeMapSource(definitions: Definitions, renames: boolean, library: string): string {
  const { dataset } = definitions;
  const [first = '', ...rest] = recordPath(dataset);
  const kept = renames ? 'renameAll(record, (Map) params.fields)' : 'record';
  const whole = rest.reduceRight((inner, name) => `['${name}': ${inner}]`, kept);
  const [last = ''] = rest.slice(-1);
  const hasBeside = ecsFieldNames(dataset.module).some((name) => name.startsWith(`${first}.`));
  const beside = `openSection(document, [${recordPath(dataset)
    .map((name) => `'${name}'`)
    .join(', ')}], ${rest.length}).put('${last}', ${kept});
`;
  return `${library}
${readMapping()}${writeFirstOf(dataset.head)}${renames ? renamePainless : ''}
List layersOf(def given, def operation) {
  List layers = new ArrayList();
  if (given == null) return layers;
  List positions = [];
  if (operation instanceof String) {
    String wanted = ((String) operation).trim();
    def named = given.named.get(wanted);
    if (named != null) positions = (List) named;
    else for (def beginning : given.beginnings) {
      if (wanted.startsWith((String) beginning.text)) { positions = (List) beginning.layers; break; }
    }
  }
  for (def position : positions) layers.add(given.layers.get((int) position));
  layers.add(given.layer);
  return layers;
}
def nearest(List layers, String name) {
  for (def layer : layers) if (layer.get(name) != null) return layer.get(name);
  return null;
}
Map state = (Map) ctx.${scratch};
Map record = (Map) state.get('record');
Map document = (Map) state.get('document');
Map event = (Map) document.get('event');
List layers = layersOf(state.get('given'), ${writeHeadRead(dataset.head.action, 'record')});
layers.add(params.common);
def steps = nearest(layers, 'outcome');
def outcome = steps == null ? null : findOutcome(record, (List) steps, (Map) params.statuses);
if (outcome == null) outcome = nearest(layers, 'otherwise');
event.put('outcome', outcome == null ? 'unknown' : outcome);
def message = describeEvent(event, layers, record, event.get('outcome'));
event.put('dataset', params.dataset);
event.put('module', params.module);
for (def layer : layers) for (def rule : layer.rules) runRule(record, document, (Map) rule);
String tenant = (String) state.get('tenant');
if (document.get('organization') == null) document.put('organization', new LinkedHashMap());
Map organization = (Map) document.get('organization');
if (organization.get('id') == null && !tenant.isEmpty()) organization.put('id', tenant);
if (organization.isEmpty()) document.remove('organization');
settle(document);
for (def each : params.related) relate(document, (Map) each);
document.put('message', writeMessage((List) message, record, document));
${hasBeside ? beside : ''}for (def entry : document.entrySet()) ctx.put((String) entry.getKey(), entry.getValue());
ctx['@timestamp'] = state.get('timestamp');
ctx.ecs = ['version': params.ecsVersion];${hasBeside ? '' : `\nctx.${first} = ${whole};`}
String stream = 'logs-' + params.dataset + '-';
if (ctx.data_stream == null && ctx._index != null && ctx._index.startsWith(stream)) {
  ctx.data_stream = ['type': 'logs', 'dataset': params.dataset, 'namespace': ctx._index.substring(stream.length())];
}
ctx.remove('${dataset.rawField}');
ctx.remove('${scratch}');`;
}
