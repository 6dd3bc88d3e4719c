// Builds the processors that shorten long values. Fleet cannot set `ignore_above` for flattened fields, and
// Elasticsearch refuses a document with a value there that is longer than a term may be. So the package's pipeline
// shortens such values in the field and keeps them whole beside it, in a property that `dynamic: false` leaves out of
// the index.

import { ignoreAbove } from '../../../../fields/field-types.ts';
import { recordPath } from '../../../../pipelines/dataset.ts';
import type { Definitions } from '../../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../../pipelines/document-fields.ts';
import type { Processor } from '../../../../pipelines/ingest/processors.ts';

/** The property that keeps the whole values of a field. */
const wholeValues = 'long';

export function shortenLongValues(definitions: Definitions): Processor {
  const { dataset } = definitions;
  const record = recordPath(dataset);
  const names = listDocumentFields(definitions).filter(({ type }) => type === 'flattened');
  const paths = names.map(({ name }) => name.slice(dataset.recordField.length + 1).split('.'));
  return {
    script: {
      tag: 'shorten-long-values',
      if: `ctx.${record.join('?.')} instanceof Map`,
      lang: 'painless',
      params: { limit: ignoreAbove, paths },
      source: writeSource(record.join('.')),
    },
  };
}

// `other` holds copies: nothing of it has to be kept twice.
const functions = `
boolean isLong(def value, int limit) {
  if (value instanceof String) return ((String) value).length() > limit;
  if (value instanceof Map) { for (def inner : ((Map) value).values()) if (isLong(inner, limit)) return true; }
  else if (value instanceof List) { for (def inner : (List) value) if (isLong(inner, limit)) return true; }
  return false;
}
def shorten(def value, int limit) {
  if (value instanceof String && ((String) value).length() > limit) return ((String) value).substring(0, limit);
  if (value instanceof Map) {
    Map copy = new LinkedHashMap();
    for (def entry : ((Map) value).entrySet()) copy.put(entry.getKey(), shorten(entry.getValue(), limit));
    return copy;
  }
  if (value instanceof List) {
    List copy = new ArrayList();
    for (def inner : (List) value) copy.add(shorten(inner, limit));
    return copy;
  }
  return value;
}
void visit(def node, List path, int at, int limit, Map whole) {
  if (node instanceof List) { for (def inner : (List) node) visit(inner, path, at, limit, whole); return; }
  if (!(node instanceof Map)) return;
  Map map = (Map) node;
  String name = (String) path.get(at);
  def value = map.get(name);
  if (value == null) return;
  if (at + 1 < path.size()) { visit(value, path, at + 1, limit, whole); return; }
  if (!isLong(value, limit)) return;
  map.put(name, shorten(value, limit));
  String key = String.join('.', path);
  if (key == 'other') return;
  if (!whole.containsKey(key)) whole.put(key, new ArrayList());
  ((List) whole.get(key)).add(value);
}
Map whole = new LinkedHashMap();
`;

function writeSource(record: string): string {
  return `${functions}for (def path : params.paths) visit(ctx.${record}, (List) path, 0, (int) params.limit, whole);
if (!whole.isEmpty()) ctx.${record}.${wholeValues} = whole;`;
}
