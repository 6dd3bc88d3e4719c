// The raw-record pipeline: the same record-type files, compiled for Elasticsearch. A dispatcher reads the record and
// gives its properties their types; one sub-pipeline a file hands over what the file says; one script runs it.

import { findVerb } from '../converters/index.ts';
import { writePainlessDispatch, writePainlessVerbs } from '../converters/painless.ts';
import type { Definitions, Layer, Property, RecordTypeFile, Rule } from '../definitions.ts';
import { numbersByName, recordTypesPainless } from '../engine/record-types.ts';
import { withoutOurs } from '../engine/shape.ts';
import { shapePainless } from '../engine/shape-painless.ts';
import { tamePainless } from '../engine/tame.ts';
import { casesPainless } from '../rules/cases.ts';
import { messagePainless } from '../rules/message.ts';
import { outcomePainless } from '../rules/outcome.ts';
import { pathsPainless } from '../rules/paths.ts';
import { dataset, module } from '../rules/plan.ts';
import { relatedPainless } from '../rules/related.ts';
import { rulesPainless } from '../rules/rules.ts';
import { rawPipelineName } from './enrichment-pipeline.ts';
import { jsonPainless } from './json-painless.ts';
import { keepOnFailure, meta, type Pipeline, type Processor } from './processors.ts';

/** What the stages hand to each other, removed at the end. */
const scratch = '_m365';

/** `name` is that of the dispatcher; the sub-pipelines add the name of their file. */
export function buildRawPipelines(definitions: Definitions, name: string = rawPipelineName): Pipeline[] {
  return [
    ...definitions.files.map((file) => buildFilePipeline(file, name)),
    buildDispatcher(definitions, name),
  ];
}

function buildDispatcher(definitions: Definitions, name: string): Pipeline {
  const { files, common } = definitions;
  return {
    name,
    body: {
      _meta: meta,
      description:
        'Microsoft 365 audit records as other shippers deliver them: in message, event.original or o365audit.',
      processors: [
        runScript('read-record', readSource, {}),
        runScript('shape-record', shapeSource, {
          properties: slimProperties(withoutOurs(definitions.properties)),
          names: definitions.recordTypeNames,
          numbers: numbersByName(definitions.recordTypeNames),
          files: Object.fromEntries(
            files.flatMap((file) => file.recordTypes.map((number) => [number, file.name])),
          ),
        }),
        // One call by name: a condition for each file would be a script for each, run for every record.
        {
          pipeline: {
            tag: 'record-type',
            if: `ctx.${scratch}.file != null`,
            name: `${name}-{{{${scratch}.file}}}`,
          },
        },
        runScript('map-record', mapSource, {
          common: writeLayer(common),
          related: definitions.related,
          statuses: definitions.statuses,
          ecsVersion: definitions.ecsVersion,
          dataset,
          module,
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
  return { script: { tag, lang: 'painless', source, params } };
}

/** Definitions without their words. */
function slimProperties(properties: Readonly<Record<string, Property>>): object {
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

/** With what the verb is, which Painless cannot ask. */
function writeRule(rule: Rule): object {
  const verb = findVerb(rule.verb);
  return {
    ...rule,
    fills: verb?.fills,
    takesAll: verb?.takesAll,
    joins: verb?.joins,
    people: rule.to.some(({ people }) => people === true) ? true : undefined,
    each: rule.each?.map(writeRule),
  };
}

/** All functions; each script adds what it does with them. */
const library = [
  jsonPainless,
  writePainlessVerbs(),
  writePainlessDispatch(),
  tamePainless,
  pathsPainless,
].join('\n');

const identityPainless = `
int utf8Length(String text) {
  int bytes = 0;
  for (int i = 0; i < text.length(); ++i) {
    char c = text.charAt(i);
    bytes += c < (char) 128 ? 1 : c < (char) 2048 ? 2 : c >= (char) 55296 && c <= (char) 57343 ? 2 : 3;
  }
  return bytes;
}
String identify(Map record, String tenant) {
  def id = record.get('Id');
  if (id instanceof String && !((String) id).isEmpty()) {
    def owner = record.get('OrganizationId');
    String key = (owner instanceof String && !((String) owner).isEmpty() ? (String) owner : tenant).toLowerCase() + ':' + id;
    if (utf8Length(key) <= 512) return key;
  }
  return 'h:' + writeJson(record, true).sha256();
}`;

const readSource = `${jsonPainless}${identityPainless}
def record = ctx.o365audit;
String text = null;
if (record == null && ctx.message instanceof String) text = ctx.message;
if (record == null && text == null && ctx.event?.original instanceof String) text = ctx.event.original;
if (text != null) {
  try { record = parseJson(text); } catch (IllegalArgumentException e) { throw new IllegalArgumentException('not JSON'); }
} else record = normalise(record);
if (!(record instanceof Map)) throw new IllegalArgumentException('no record in o365audit, message or event.original');
boolean keep = ctx.tags instanceof List && ((List) ctx.tags).contains('preserve_original_event');
Map state = new HashMap();
state.put('record', record);
state.put('document', new LinkedHashMap());
Map event = new LinkedHashMap();
def created = ctx.event?.created;
event.put('created', created == null ? ctx['@timestamp'] : created);
if (keep) event.put('original', text != null ? text : ctx.event?.original instanceof String ? ctx.event.original : writeJson(record, false));
state.document.put('event', event);
String tenant = ctx.organization?.id instanceof String ? ctx.organization.id : '';
if (ctx.organization?.name instanceof String) state.document.put('organization', ['name': ctx.organization.name]);
state.put('tenant', tenant);
ctx._id = identify((Map) record, tenant);
ctx.${scratch} = state;`;

const shapeSource = `${library}${shapePainless}${recordTypesPainless}
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
String code = recordTypeNumber(record.get('RecordType'), (Map) params.numbers);
def name = code == null ? null : params.names.get(code);
if (name == null) name = toKeyword(record.get('RecordType'), null);
if (name != null) event.put('code', name);
state.put('file', code == null ? null : params.files.get(code));
def date = toDate(record.get('CreationTime'), null);
if (date == null) addTo(record, 'unplaced', ['CreationTime: no date']);
state.put('timestamp', date == null ? event.get('created') : date);`;

const mapSource = `${library}${rulesPainless}${casesPainless}${outcomePainless}${messagePainless}${relatedPainless}
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
List layers = layersOf(state.get('given'), record.get('Operation'));
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
for (def entry : document.entrySet()) ctx.put((String) entry.getKey(), entry.getValue());
ctx['@timestamp'] = state.get('timestamp');
ctx.ecs = ['version': params.ecsVersion];
ctx.o365 = ['audit': record];
String stream = 'logs-' + params.dataset + '-';
if (ctx.data_stream == null && ctx._index != null && ctx._index.startsWith(stream)) {
  ctx.data_stream = ['type': 'logs', 'dataset': params.dataset, 'namespace': ctx._index.substring(stream.length())];
}
ctx.remove('o365audit');
ctx.remove('${scratch}');`;
