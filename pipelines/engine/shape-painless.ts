// Shaping for the ingest pipeline: what shape.ts, bags.ts and aside.ts do, in Painless.

import { reservedNames } from './shape.ts';
import { deepestLevelPainless, longestPathPainless } from './tame.ts';

/** Definitions arrive as a map of name to type and properties. */
export const shapePainless = `
void putOther(Map aside, String path, def value) {
  if (aside.get('other') == null) aside.put('other', new LinkedHashMap());
  addTo((Map) aside.get('other'), legalName(path, ${longestPathPainless}), value);
}
String kindOf(def value) {
  if (value instanceof List) return 'list';
  if (value instanceof String) return 'text';
  if (value instanceof Number) return 'number';
  return value instanceof Boolean ? 'boolean' : 'object';
}
void putAside(Map aside, String path, def value, String expected) {
  if (isEmpty(value)) return;
  if (value instanceof List) {
    boolean empty = true;
    for (def item : (List) value) if (!isEmpty(item)) empty = false;
    if (empty) return;
  }
  putOther(aside, path, tame(value, ${deepestLevelPainless}));
  if (aside.get('unplaced') == null) aside.put('unplaced', new ArrayList());
  ((List) aside.get('unplaced')).add(path + ': ' + kindOf(value) + ' in place of ' + expected);
}
def conform(String type, def value) {
  if (value instanceof Map) return null;
  if (type == 'keyword' || type == 'text') return value;
  if (type == 'double') return toDouble(value, null);
  if (type == 'boolean') return toBoolean(value, null);
  if (type == 'date') return toDate(value, null);
  if (type == 'ip') return toIp(value, null);
  if (value instanceof Number) return Math.abs(((Number) value).doubleValue()) < 9.223372036854775807E18 ? value : null;
  def number = toLong(value, null);
  if (number != null) return number;
  return value instanceof String && /-?[1-9][0-9]{15,17}/.matcher((String) value).matches() ? value : null;
}
def conformAll(String type, def value) {
  if (!(value instanceof List)) return conform(type, value);
  List fitted = new ArrayList();
  for (def item : (List) value) {
    if (isEmpty(item)) continue;
    def one = conformAll(type, item);
    if (one == null) return null;
    fitted.add(one);
  }
  return fitted.isEmpty() ? null : fitted;
}
def openText(String text) {
  String trimmed = text.trim();
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return trimmed;
  try { return parseJson(trimmed); } catch (Exception e) { return trimmed; }
}
def open(def value) {
  if (value instanceof String) return openText((String) value);
  if (!(value instanceof List) || ((List) value).isEmpty() || !(((List) value).get(0) instanceof String)) return value;
  List opened = new ArrayList();
  for (def item : (List) value) opened.add(item instanceof String ? openText((String) item) : item);
  return opened;
}
boolean isText(def value) {
  if (value instanceof String) return true;
  if (!(value instanceof List)) return false;
  for (def item : (List) value) if (!(item instanceof String)) return false;
  return true;
}
List objectsOf(def value, int levels) {
  if (value instanceof Map) return [value];
  if (!(value instanceof List) || levels == 0) return null;
  List objects = new ArrayList();
  for (def item : (List) value) {
    List inner = objectsOf(item, levels - 1);
    if (inner != null) objects.addAll(inner); else if (!isEmpty(item)) return null;
  }
  return objects;
}
def shapeUnknown(String name, def value, String path, Map aside) {
  if (isEmpty(value)) return null;
  def tamed = tame(value, ${deepestLevelPainless});
  putOther(aside, path.isEmpty() ? name : path + '.' + name, tamed);
  boolean ours = path.isEmpty() && ['${reservedNames.join("', '")}'].contains(name);
  return isLegalName(name) && name.indexOf('.') < 0 && !ours ? tamed : null;
}
String nameOfItem(Map item) {
  def name = item.get('Name');
  if (name == null) name = item.get('Key');
  if (name == null) name = item.get('name');
  if (name == null) name = item.get('key');
  return name instanceof String && !((String) name).trim().isEmpty() ? (String) name : null;
}
void noteValueless(Map aside, String path) {
  if (aside.get('valueless') == null) aside.put('valueless', new ArrayList());
  addOnce((List) aside.get('valueless'), legalName(path, ${longestPathPainless}));
}
boolean isNameKey(String key) {
  return key == 'Name' || key == 'Key' || key == 'name' || key == 'key';
}
boolean isValueKey(String key) {
  return key == 'Value' || key == 'value';
}
void addEntry(Map bag, String name, def value, Map children, String path, Map aside) {
  def child = children.get(name);
  def shaped;
  if (child == null) {
    shaped = tame(value, ${deepestLevelPainless});
    putOther(aside, path + '.' + name, shaped);
    if (!isLegalName(name)) return;
  } else shaped = shapeProperty((Map) child, name, value, path, aside, bag);
  if (shaped != null) addTo(bag, name, shaped);
}
Map shapeBag(List items, Map children, String path, Map aside, boolean changes) {
  Map bag = new LinkedHashMap();
  for (def given : items) {
    Map item = (Map) given;
    String name = nameOfItem(item);
    if (name == null) {
      for (def entry : item.entrySet()) {
        String key = (String) entry.getKey();
        if (!isEmpty(entry.getValue())) addEntry(bag, key, entry.getValue(), children, path, aside);
        else if (!isNameKey(key) && !isValueKey(key)) noteValueless(aside, path + '.' + key);
      }
      continue;
    }
    Map change = new LinkedHashMap();
    boolean empty = true;
    for (def entry : item.entrySet()) {
      String key = (String) entry.getKey();
      if (isNameKey(key) || isEmpty(entry.getValue())) continue;
      empty = false;
      if (changes) change.put(key, entry.getValue());
      else addEntry(bag, isValueKey(key) ? name : name + '.' + key, entry.getValue(), children, path, aside);
    }
    if (!changes) {
      if (empty) noteValueless(aside, path + '.' + name);
      continue;
    }
    String changed = name.replace('.', '_').replace(' ', '_');
    if (!change.isEmpty()) addEntry(bag, changed, change, children, path, aside);
    else if (bag.get(changed) == null) bag.put(changed, change);
  }
  return bag;
}
def shapeProperty(Map property, String name, def value, String path, Map aside, Map parent) {
  String type = (String) property.get('type');
  String full = path.isEmpty() ? name : path + '.' + name;
  if (type != 'object' && type != 'pairs' && type != 'changes' && type != 'flattened') {
    def fitted = conformAll(type, value);
    if (fitted == null) putAside(aside, full, value, type);
    return fitted;
  }
  def opened = open(value);
  if (isEmpty(opened)) return null;
  if (isText(opened)) {
    addTo(parent, name + 'Text', opened);
    return null;
  }
  List objects = objectsOf(opened, 4);
  if (objects == null) {
    putAside(aside, full, opened, type);
    return null;
  }
  if (type == 'flattened') return tame(opened instanceof Map ? opened : (def) objects, ${deepestLevelPainless});
  Map children = property.get('properties') == null ? new HashMap() : (Map) property.get('properties');
  if (type != 'object') return shapeBag(objects, children, full, aside, type == 'changes');
  for (def object : objects) shapeObject((Map) object, children, full, aside);
  return opened instanceof Map ? opened : (def) objects;
}
void shapeObject(Map object, Map children, String path, Map aside) {
  for (def key : new ArrayList(object.keySet())) {
    String name = (String) key;
    def value = object.get(name);
    def shaped = null;
    if (value != null && value != '') {
      def child = children.get(name);
      shaped = child == null ? shapeUnknown(name, value, path, aside) : shapeProperty((Map) child, name, value, path, aside, object);
    }
    if (shaped == null) object.remove(name); else object.put(name, shaped);
  }
}`;
