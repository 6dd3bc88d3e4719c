// JSON in Painless, exactly as the input reads it: of two equal keys the last counts, and a whole number that a double
// cannot hold stays text. Elasticsearch's own parsers refuse the first and change the second.

const deepest = 500;

export const jsonPainless = `
void failJson() { throw new IllegalArgumentException('not JSON'); }
void skipBlanks(String text, int[] at) {
  while (at[0] < text.length()) {
    char c = text.charAt(at[0]);
    if (c != (char) 32 && c != (char) 10 && c != (char) 13 && c != (char) 9) return;
    at[0]++;
  }
}
String parseString(String text, int[] at) {
  at[0]++;
  StringBuilder out = null;
  int from = at[0];
  while (true) {
    if (at[0] >= text.length()) failJson();
    char c = text.charAt(at[0]);
    if (c == (char) 34) {
      String rest = text.substring(from, at[0]);
      at[0]++;
      return out == null ? rest : out.append(rest).toString();
    }
    if (c < (char) 32) failJson();
    if (c != (char) 92) { at[0]++; continue; }
    if (out == null) out = new StringBuilder();
    out.append(text.substring(from, at[0]));
    if (at[0] + 1 >= text.length()) failJson();
    String escape = text.substring(at[0] + 1, at[0] + 2);
    at[0] += 2;
    if (escape == 'u') {
      if (at[0] + 4 > text.length() || !/[0-9A-Fa-f]{4}/.matcher(text.substring(at[0], at[0] + 4)).matches()) failJson();
      out.append((char) Integer.parseInt(text.substring(at[0], at[0] + 4), 16));
      at[0] += 4;
    } else {
      int known = 'nrtbf"\\\\/'.indexOf(escape);
      if (known < 0) failJson();
      out.append(known == 0 ? (char) 10 : known == 1 ? (char) 13 : known == 2 ? (char) 9 : known == 3 ? (char) 8 : known == 4 ? (char) 12 : escape.charAt(0));
    }
    from = at[0];
  }
}
def numberOf(String text) {
  if (/-?(0|[1-9][0-9]{0,14}+)/.matcher(text).matches()) return text == '-0' ? 0L : Long.parseLong(text);
  if (!/-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?/.matcher(text).matches()) failJson();
  double number = Double.parseDouble(text);
  if (Double.isInfinite(number)) return text;
  if (number != Math.rint(number)) return number;
  return Math.abs(number) <= 9007199254740991.0 ? (def) ((long) number) : text;
}
def parseValue(String text, int[] at, int depth) {
  if (depth > ${deepest}) failJson();
  skipBlanks(text, at);
  if (at[0] >= text.length()) failJson();
  char c = text.charAt(at[0]);
  if (c == (char) 34) return parseString(text, at);
  if (c == (char) 123) {
    Map object = new LinkedHashMap();
    at[0]++;
    skipBlanks(text, at);
    if (at[0] < text.length() && text.charAt(at[0]) == (char) 125) { at[0]++; return object; }
    while (true) {
      skipBlanks(text, at);
      if (at[0] >= text.length() || text.charAt(at[0]) != (char) 34) failJson();
      String name = parseString(text, at);
      skipBlanks(text, at);
      if (at[0] >= text.length() || text.charAt(at[0]) != (char) 58) failJson();
      at[0]++;
      object.put(name, parseValue(text, at, depth + 1));
      skipBlanks(text, at);
      if (at[0] >= text.length()) failJson();
      char next = text.charAt(at[0]);
      at[0]++;
      if (next == (char) 125) return object;
      if (next != (char) 44) failJson();
    }
  }
  if (c == (char) 91) {
    List list = new ArrayList();
    at[0]++;
    skipBlanks(text, at);
    if (at[0] < text.length() && text.charAt(at[0]) == (char) 93) { at[0]++; return list; }
    while (true) {
      list.add(parseValue(text, at, depth + 1));
      skipBlanks(text, at);
      if (at[0] >= text.length()) failJson();
      char next = text.charAt(at[0]);
      at[0]++;
      if (next == (char) 93) return list;
      if (next != (char) 44) failJson();
    }
  }
  int from = at[0];
  while (at[0] < text.length() && 'truefalsn0123456789+-.eE'.indexOf(text.substring(at[0], at[0] + 1)) >= 0) at[0]++;
  String word = text.substring(from, at[0]);
  if (word == 'true') return true;
  if (word == 'false') return false;
  if (word == 'null') return null;
  return numberOf(word);
}
def parseJson(String text) {
  int[] at = new int[] { 0 };
  def value = parseValue(text, at, 0);
  skipBlanks(text, at);
  if (at[0] != text.length()) failJson();
  return value;
}
def normalise(def value) {
  if (value instanceof Map) {
    Map copy = new LinkedHashMap();
    for (def entry : ((Map) value).entrySet()) copy.put((String) entry.getKey(), normalise(entry.getValue()));
    return copy;
  }
  if (value instanceof List) {
    List copy = new ArrayList();
    for (def item : (List) value) copy.add(normalise(item));
    return copy;
  }
  if (!(value instanceof Number) || value instanceof Integer) return value;
  if (value instanceof Double || value instanceof Float) {
    double number = ((Number) value).doubleValue();
    if (number != Math.rint(number)) return value;
    return Math.abs(number) <= 9007199254740991.0 ? (def) ((long) number) : numberText(value);
  }
  String text = value.toString();
  return numberOf(text);
}
/** As JavaScript writes it. */
String numberText(def value) {
  if (!(value instanceof Double || value instanceof Float)) return value.toString();
  BigDecimal number = new BigDecimal(value.toString()).stripTrailingZeros();
  int exponent = number.precision() - number.scale() - 1;
  if (number.signum() == 0 || (exponent >= -6 && exponent <= 20)) return number.toPlainString();
  String digits = number.movePointLeft(exponent).toPlainString();
  return digits + (exponent < 0 ? 'e-' : 'e+') + (exponent < 0 ? -exponent : exponent);
}
String quote(String text) {
  StringBuilder out = new StringBuilder('"');
  for (int i = 0; i < text.length(); ++i) {
    char c = text.charAt(i);
    if (c == (char) 34) out.append('\\\\"');
    else if (c == (char) 92) out.append('\\\\\\\\');
    else if (c == (char) 8) out.append('\\\\b');
    else if (c == (char) 9) out.append('\\\\t');
    else if (c == (char) 10) out.append('\\\\n');
    else if (c == (char) 12) out.append('\\\\f');
    else if (c == (char) 13) out.append('\\\\r');
    else if (c < (char) 32) out.append('\\\\u00' + (c < (char) 16 ? '0' : '') + Integer.toHexString((int) c));
    else out.append(c);
  }
  return out.append('"').toString();
}
String writeJson(def value, boolean sortKeys) {
  if (value == null) return 'null';
  if (value instanceof String) return quote((String) value);
  if (value instanceof Map) {
    List names = new ArrayList(((Map) value).keySet());
    if (sortKeys) names.sort((a, b) -> ((String) a).compareTo((String) b));
    List parts = new ArrayList();
    for (def name : names) parts.add(quote((String) name) + ':' + writeJson(((Map) value).get(name), sortKeys));
    return '{' + String.join(',', parts) + '}';
  }
  if (value instanceof List) {
    List parts = new ArrayList();
    for (def item : (List) value) parts.add(writeJson(item, sortKeys));
    return '[' + String.join(',', parts) + ']';
  }
  return numberText(value);
}`;
