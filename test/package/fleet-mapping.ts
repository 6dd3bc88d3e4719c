// The index mapping that Fleet makes of a package's field files, as far as this package uses them: dotted names become
// groups, fields of one name are joined, an object with fields of its own is a group that keeps its settings.

interface FleetField {
  name: string;
  type?: string;
  fields?: FleetField[];
  [setting: string]: unknown;
}

export interface FleetMapping {
  [parameter: string]: unknown;
  properties?: Record<string, FleetMapping>;
}

export function mapAsFleet(fields: readonly FleetField[]): Record<string, FleetMapping> {
  return generate(join(expand(fields)));
}

function expand(fields: readonly FleetField[]): FleetField[] {
  return fields.map((field) => {
    const [first = '', ...rest] = field.name.split('.');
    if (rest.length === 0) return { ...field };
    return { name: first, type: 'group', fields: expand([{ ...field, name: rest.join('.') }]) };
  });
}

const holds = ['group', 'object', 'nested', 'group-nested'];

function join(fields: readonly FleetField[]): FleetField[] {
  const joined = new Map<string, FleetField>();
  for (const field of fields) {
    const found = joined.get(field.name);
    if (!found) joined.set(field.name, { ...field, ...(field.fields && { fields: join(field.fields) }) });
    else if (holds.includes(found.type ?? '') && holds.includes(field.type ?? '')) merge(found, field);
  }
  return [...joined.values()];
}

function merge(found: FleetField, { name: _, type, fields, ...settings }: FleetField): void {
  if (fields) found.fields = join([...(found.fields ?? []), ...fields]);
  if (found.fields) {
    if (found.type === 'nested' || type === 'nested') found.type = 'group-nested';
    else if (found.type === 'object') found.type = 'group';
  }
  Object.assign(found, settings);
}

function generate(fields: readonly FleetField[]): Record<string, FleetMapping> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const mapping = toMapping(field);
      return mapping === undefined ? [] : [[field.name, mapping]];
    }),
  );
}

function toMapping(field: FleetField): FleetMapping | undefined {
  const { type = 'keyword', fields = [] } = field;
  const shared = pick(field, ['index', 'doc_values']);
  const structure = pick(field, ['dynamic', 'enabled', 'subobjects', 'include_in_root']);
  switch (type) {
    case 'group':
      return fields.length === 0 ? undefined : { ...structure, properties: generate(fields) };
    case 'nested':
    case 'group-nested':
      return { ...structure, type: 'nested', properties: generate(fields) };
    case 'object':
      // Fleet would make a dynamic template here, and open the index to every key.
      if (field.object_type !== undefined) throw new Error(`${field.name} would be open to every key`);
      return { ...structure, type };
    case 'keyword':
      // Fleet drops the limit of a keyword that lacks its index or its doc values.
      if (field.index === false || field.doc_values === false)
        return { ...shared, type, ...multiFields(field) };
      return { ...shared, type, ignore_above: field.ignore_above ?? 1024, ...multiFields(field) };
    case 'wildcard':
      return { ...shared, type, ignore_above: field.ignore_above ?? 1024, ...multiFields(field) };
    case 'constant_keyword':
      return { type, ...pick(field, ['value']) };
    case 'integer':
      return { ...shared, type: 'long' };
    case 'scaled_float':
      return { ...shared, type, scaling_factor: 1000 };
    default:
      return { ...shared, type, ...(type === 'text' && multiFields(field)) };
  }
}

function multiFields({ multi_fields }: FleetField): object {
  if (!Array.isArray(multi_fields)) return {};
  return { fields: Object.fromEntries(multi_fields.map(({ name, type }) => [name, { type }])) };
}

function pick(field: FleetField, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => field[name] !== undefined).map((name) => [name, field[name]]),
  );
}
