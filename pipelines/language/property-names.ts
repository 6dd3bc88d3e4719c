// Names of properties in the document, where they are not those of the record: by a rule, and by exceptions from it.

import type { Properties, Property, PropertyType } from '../definitions.ts';
import { reservedNames } from '../engine/shape.ts';
import type { NamesSource } from './schema/dataset-schema.ts';

type ReportProblem = (place: readonly string[], message: string) => void;

/** The keys of a bag are whatever records hold, and are kept. */
const named: readonly PropertyType[] = ['pairs', 'changes', 'flattened'];

/** Every property with its name in the document, where that is another. `report` takes places below `names`. */
export function nameProperties(
  properties: Properties,
  source: NamesSource | undefined,
  report: ReportProblem,
): Properties {
  if (source === undefined) return properties;
  const { exceptions = {}, numbered = {} } = source;
  const used = new Set<string>();
  const fieldOf = (name: string, path: string): string => {
    const key = [path, name].find((each) => Object.hasOwn(exceptions, each));
    if (key === undefined) return toSnakeCase(name);
    used.add(key);
    return exceptions[key] ?? name;
  };
  const rename = (inner: Properties, prefix: string): Properties => {
    const renamed = Object.entries(inner).map(([name, property]) => {
      const path = prefix + name;
      const isOurs = prefix === '' && reservedNames.includes(name);
      const field = isOurs ? name : fieldOf(name, path);
      if (!isOurs && prefix === '' && reservedNames.includes(field.split('.', 1)[0] ?? ''))
        report(
          ['exceptions'],
          `"${path}" would be called "${field}", which is a name of this project: give it another`,
        );
      const below = property.properties;
      const isKept = below === undefined || named.includes(property.type);
      return [
        name,
        {
          ...property,
          ...(field === name ? {} : { field }),
          ...(numbered[path] === undefined ? {} : { positions: numbered[path] }),
          ...(isKept ? {} : { properties: rename(below, `${path}.`) }),
        },
      ] as const;
    });
    reportTwins(renamed, prefix, report);
    return Object.fromEntries(renamed);
  };
  const renamed = rename(properties, '');
  for (const name of Object.keys(exceptions)) {
    if (!used.has(name)) report(['exceptions', name], `no file defines a property "${name}"`);
  }
  for (const name of Object.keys(numbered)) {
    if (typeAt(properties, name.split('.')) !== 'object')
      report(['numbered', name], `"${name}" is no list of objects: no file defines it as an object`);
  }
  return renamed;
}

function typeAt(properties: Properties, [name = '', ...rest]: readonly string[]): PropertyType | undefined {
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return rest.length === 0 ? property?.type : typeAt(property?.properties ?? {}, rest);
}

function reportTwins(
  properties: readonly (readonly [string, Property])[],
  prefix: string,
  report: ReportProblem,
): void {
  const owners = new Map<string, string>();
  for (const [name, { field = name }] of properties) {
    const owner = owners.get(field);
    if (owner !== undefined)
      report(['exceptions'], `"${prefix}${name}" and "${prefix}${owner}" would both be called "${field}"`);
    owners.set(field, name);
  }
  for (const [field, name] of owners) {
    const steps = field.split('.');
    const above = steps
      .map((_, i) => owners.get(steps.slice(0, i).join('.')))
      .find((each) => each !== undefined);
    if (above !== undefined)
      report(['exceptions'], `"${prefix}${name}" would be called "${field}", inside of "${prefix}${above}"`);
  }
}

/** `userPrincipalName`, `ipAddress` and `SPNs` become `user_principal_name`, `ip_address` and `spns`. */
function toSnakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z](?!$))/g, '$1_$2')
    .toLowerCase();
}
