// Resolves record-type files to definitions: names become what they stand for, and every name that stands for nothing
// is reported where it is written.

import { ecsVersion } from '../../fields/ecs.ts';
import type { Selector } from '../dataset.ts';
import type { Definitions, Layer, Operations, RecordTypeFile, Related, StatusTable } from '../definitions.ts';
import { type DatasetFile, resolveDataset } from './dataset-file.ts';
import { addUp, resolveLayer, resolveStatuses } from './layers.ts';
import { locate, type Resolution, resolveField, type SourceLocation } from './names.ts';
import { DefinitionError, suggest } from './problem.ts';
import { nameProperties } from './property-names.ts';
import { PropertyTree } from './property-tree.ts';
import { commonFile, type SourceFile } from './read-files.ts';
import { listWorkloads, nameRecordTypes, type Tables } from './record-type-tables.ts';

/** Throws a DefinitionError that holds every problem of every file. */
export function resolve(
  files: readonly SourceFile[],
  dataset: DatasetFile,
  tables: Tables,
  keepLines = false,
): Definitions {
  const properties = new PropertyTree(keepLines);
  const resolution: Resolution = { properties, problems: [], keepLines };
  const { problems } = resolution;
  for (const file of files) properties.define(file, problems);
  const { selector = 'none' } = dataset.content;
  for (const file of files) {
    if (selector !== 'none' && isUnused(file, files)) problems.push(file.problemAt([], unused));
  }
  const resolver = new Resolver(files, selector, (file) => locate(file, resolution));
  const definitions = {
    generated: 'by "npm run generate" from pipelines/record-types',
    ecsVersion,
    dataset: resolveDataset(dataset, properties, problems),
    properties: nameProperties(properties.toProperties(), dataset.content.names, (place, message) =>
      problems.push(dataset.problemAt(['names', ...place], message)),
    ),
    recordTypeNames: nameRecordTypes(files, tables.names, dataset.content, problems),
    workloads: listWorkloads(files, tables.workloads, problems),
    common: resolver.resolveCommon(),
    statuses: resolver.resolveStatuses(),
    related: resolver.resolveRelated(),
    files: resolver.resolveFiles(),
  };
  if (problems.length > 0) throw new DefinitionError(problems);
  return definitions;
}

const unused = 'no record type is read by this file: say "record_types", or extend it from a file that does';

function isUnused({ name, content }: SourceFile, files: readonly SourceFile[]): boolean {
  const isExtended = files.some((other) => other.content.extends === name);
  return name !== commonFile && content.record_types === undefined && !isExtended;
}

class Resolver {
  readonly #files: readonly SourceFile[];
  readonly #common: SourceFile | undefined;
  readonly #selector: Selector;
  readonly #locate: (file: SourceFile) => SourceLocation;

  constructor(
    files: readonly SourceFile[],
    selector: Selector,
    locate: (file: SourceFile) => SourceLocation,
  ) {
    this.#files = files;
    this.#selector = selector;
    this.#common = files.find(({ name }) => name === commonFile);
    this.#locate = locate;
  }

  resolveCommon(): Layer {
    return this.#common === undefined
      ? { category: [], type: [], rules: [] }
      : resolveLayer(this.#common.content, this.#locate(this.#common));
  }

  resolveStatuses(): StatusTable {
    if (this.#common === undefined) return {};
    return resolveStatuses(this.#common.content.statuses, this.#locate(this.#common).at('statuses'));
  }

  resolveRelated(): Related[] {
    if (this.#common === undefined) return [];
    const location = this.#locate(this.#common).at('related');
    return Object.entries(this.#common.content.related ?? {}).map(([to, { from, people = false, first }]) => {
      resolveField(to, location.at(to));
      for (const [i, name] of from.entries()) resolveField(name, location.at(to, 'from', i));
      const writtenAt = location.at(to).line();
      return { to: to.split('.'), from: from.map((name) => name.split('.')), people, first, writtenAt };
    });
  }

  resolveFiles(): RecordTypeFile[] {
    const about = this.#selector === 'none' ? this.#listWhole() : this.#listTyped();
    return about.map((file) => this.#resolveFile(file));
  }

  #listTyped(): SourceFile[] {
    return this.#files.filter((file) => file !== this.#common && file.content.record_types !== undefined);
  }

  /** Of files that are about every record there is one, beside those that it extends. */
  #listWhole(): SourceFile[] {
    const extended = new Set(this.#files.map(({ content }) => content.extends));
    const whole = this.#files.filter((file) => file !== this.#common && !extended.has(file.name));
    const [first, ...others] = whole;
    for (const file of others) {
      const why = `records do not tell their type, so one file is about all of them: ${first?.name}.yml is there already`;
      this.#locate(file).at('about').report(why);
    }
    return whole;
  }

  #resolveFile(file: SourceFile): RecordTypeFile {
    const chain = this.#chainOf(file);
    return {
      name: file.name,
      about: file.content.about,
      recordTypes: Object.keys(file.content.record_types ?? {}).map((key) =>
        this.#selector === 'number' ? Number(key) : key,
      ),
      layer: addUp(chain.map((each) => resolveLayer(each.content, this.#locate(each)))),
      operations: this.#resolveOperations(chain),
    };
  }

  #resolveOperations(chain: readonly SourceFile[]): Operations {
    const layers: Layer[] = [];
    const named: Record<string, number[]> = {};
    const beginnings: Record<string, number[]> = {};
    for (const file of chain) {
      for (const [i, operation] of (file.content.operations ?? []).entries()) {
        const location = this.#locate(file).at('operations', i);
        const position = layers.push(resolveLayer(operation, location)) - 1;
        for (const name of operation.for) {
          if (name.slice(0, -1).includes('*'))
            location.at('for').report(`"${name}": a * stands at the end of a beginning, and nowhere else`);
          const beginning = name.endsWith('*');
          const table = beginning ? beginnings : named;
          const key = beginning ? name.slice(0, -1) : name;
          table[key] = [...(table[key] ?? []), position];
        }
      }
    }
    const sorted = Object.entries(beginnings).sort(([a], [b]) => b.length - a.length);
    return { layers, named, beginnings: sorted.map(([text, positions]) => ({ text, layers: positions })) };
  }

  /** The file, what it extends, what that extends. */
  #chainOf(file: SourceFile): SourceFile[] {
    const chain = [file];
    for (let last = file; last.content.extends !== undefined; ) {
      const wanted = last.content.extends;
      const next = this.#files.find(({ name }) => name === wanted);
      if (next === undefined || chain.includes(next)) {
        const known = this.#files.map(({ name }) => name);
        const why =
          next === undefined
            ? `no file "${wanted.replace(/(\.yml)?$/, '.yml')}"${suggest(wanted.replace(/\.yml$/, ''), known)}`
            : `"${wanted}" extends itself`;
        this.#locate(last).at('extends').report(why);
        break;
      }
      chain.push(next);
      last = next;
    }
    return chain;
  }
}
