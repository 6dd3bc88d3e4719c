// From record-type files to definitions: names become what they stand for, and every name that stands for nothing is
// reported where it is written.

import { ecsFieldNames, ecsVersion, findEcsField } from '../../fields/ecs.ts';
import type {
  Condition,
  Definitions,
  Layer,
  Operations,
  Outcome,
  OutcomeStep,
  Path,
  RecordTypeFile,
  Related,
  Rule,
  SentencePart,
  Target,
} from '../definitions.ts';
import type { Json } from '../json.ts';
import { findVerb, verbs } from '../verbs/index.ts';
import type { Verb } from '../verbs/verb.ts';
import { formatPath, nameOfPath, parsePath } from './path.ts';
import { DefinitionError, type Problem, suggest } from './problem.ts';
import { PropertyTree } from './property-tree.ts';
import type { SourceFile } from './read-files.ts';
import { listWorkloads, nameRecordTypes, type Tables } from './record-type-tables.ts';
import type { EventSource, FieldSource, LayerSource, OutcomeStepSource, WhenSource } from './schema.ts';
import { parseSentence } from './sentence.ts';
import type { Place } from './yaml-file.ts';

export const commonFile = 'common';

/** Throws a DefinitionError that holds every problem of every file. */
export function resolve(files: readonly SourceFile[], tables: Tables): Definitions {
  const problems: Problem[] = [];
  const properties = new PropertyTree();
  for (const file of files) properties.define(file, problems);
  const resolver = new Resolver(files, properties, problems);
  const definitions = {
    generated: 'by "npm run generate" from pipelines/record-types',
    ecsVersion,
    properties: properties.toProperties(),
    recordTypeNames: nameRecordTypes(files, tables.names, problems),
    workloads: listWorkloads(files, tables.workloads),
    common: resolver.resolveCommon(),
    related: resolver.resolveRelated(),
    files: resolver.resolveFiles(),
  };
  if (problems.length > 0) throw new DefinitionError(problems);
  return definitions;
}

class Resolver {
  readonly #files: readonly SourceFile[];
  readonly #properties: PropertyTree;
  readonly #problems: Problem[];

  constructor(files: readonly SourceFile[], properties: PropertyTree, problems: Problem[]) {
    this.#files = files;
    this.#properties = properties;
    this.#problems = problems;
  }

  resolveCommon(): Layer {
    const file = this.#files.find(({ name }) => name === commonFile);
    return file === undefined
      ? { category: [], type: [], rules: [] }
      : this.#resolveLayer(file, file.content, []);
  }

  resolveRelated(): Related[] {
    const file = this.#files.find(({ name }) => name === commonFile);
    return Object.entries(file?.content.related ?? {}).map(([to, { from, fold_case = false }]) => {
      if (file !== undefined) {
        for (const [i, name] of [to, ...from].entries()) {
          if (findEcsField(name) === undefined) this.#reportField(file, ['related', to, 'from', i - 1], name);
        }
      }
      return { to: to.split('.'), from: from.map((name) => name.split('.')), foldCase: fold_case };
    });
  }

  resolveFiles(): RecordTypeFile[] {
    return this.#files
      .filter(({ name, content }) => name !== commonFile && content.record_types !== undefined)
      .map((file) => this.#resolveFile(file));
  }

  #resolveFile(file: SourceFile): RecordTypeFile {
    const chain = this.#chainOf(file);
    const layers = chain.map((each) => this.#resolveLayer(each, each.content, []));
    return {
      name: file.name,
      about: file.content.about,
      recordTypes: Object.keys(file.content.record_types ?? {}).map(Number),
      layer: addUp(layers),
      operations: this.#resolveOperations(chain),
    };
  }

  #resolveOperations(chain: readonly SourceFile[]): Operations {
    const layers: Layer[] = [];
    const named: Record<string, number[]> = {};
    const beginnings: Record<string, number[]> = {};
    for (const file of chain) {
      for (const [i, operation] of (file.content.operations ?? []).entries()) {
        const position = layers.push(this.#resolveLayer(file, operation, ['operations', i])) - 1;
        for (const name of operation.for) {
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
            ? `no file "${wanted}.yml"${suggest(wanted, known)}`
            : `"${wanted}" extends itself`;
        this.#report(last, ['extends'], why);
        break;
      }
      chain.push(next);
      last = next;
    }
    return chain;
  }

  #resolveLayer(file: SourceFile, source: LayerSource, place: Place): Layer {
    const { event, cases, fields = [], outcome, message } = source;
    return {
      ...resolveEvent(event),
      cases: cases?.map((each, i) => ({
        when: this.#resolveConditions(file, each.when, [...place, 'cases', i, 'when']),
        outcome: each.outcome,
        ...resolveEvent(each.event),
        message: this.#resolveMessage(file, each.message, [...place, 'cases', i, 'message']),
      })),
      rules: fields.flatMap((field, i) => this.#resolveRule(file, field, [...place, 'fields', i])),
      outcome: outcome?.steps?.map((step, i) =>
        this.#resolveStep(file, step, [...place, 'outcome', 'steps', i]),
      ),
      otherwise: outcome?.otherwise,
      message: this.#resolveMessage(file, message, [...place, 'message']),
    };
  }

  #resolveRule(file: SourceFile, field: FieldSource, place: Place): Rule[] {
    if (field.to === undefined) return [];
    const from = [field.from].flat().map((path) => this.#resolvePath(file, path, [...place, 'from']));
    const names = [field.to].flat();
    const when = this.#resolveConditions(file, field.when, [...place, 'when']);
    if (field.each !== undefined) {
      const to = names.map((name) => this.#resolveList(file, name, [...place, 'to']));
      return [{ from, to, verb: 'each', each: this.#resolveEach(file, field, [...place, 'each']), when }];
    }
    const verb = this.#resolveVerb(file, field, names[0] ?? '', [...place, 'as']);
    const to = names.map((name) => this.#resolveTarget(file, name, verb?.verb, [...place, 'to']));
    return verb === undefined ? [] : [{ from, to, verb: verb.verb.name, options: verb.options, when }];
  }

  /** The rules of the objects of a list: their paths begin at the object, on both sides. */
  #resolveEach(file: SourceFile, field: FieldSource, place: Place): Rule[] {
    const [list = ''] = [field.to ?? []].flat();
    return (field.each ?? []).flatMap((inner, i) => {
      const at = [...place, i];
      const name = `${list}.${inner.to}`;
      const from = [inner.from].flat().map((text) => {
        for (const outer of [field.from].flat()) this.#resolvePath(file, `${outer}.${text}`, [...at, 'from']);
        return parsePath(text) ?? [];
      });
      const verb = this.#resolveVerb(file, inner, name, [...at, 'as']);
      const ecs = findEcsField(name);
      if (ecs === undefined) this.#reportField(file, [...at, 'to'], name);
      const to = [{ path: inner.to.split('.'), list: ecs?.list ?? false }];
      return verb === undefined ? [] : [{ from, to, verb: verb.verb.name, options: verb.options }];
    });
  }

  #resolvePath(file: SourceFile, text: string, place: Place): Path {
    const path = parsePath(text);
    if (path === undefined) {
      this.#report(file, place, `"${text}" is no path`);
      return [];
    }
    const name = nameOfPath(path);
    if (!this.#properties.has(name)) {
      const near = suggest(name, this.#properties.names());
      this.#report(file, place, `no file defines the property "${formatPath(path)}"${near}`);
    }
    return path;
  }

  /** As written, or what the type of the field asks for. */
  #resolveVerb(
    file: SourceFile,
    { as }: Pick<FieldSource, 'as'>,
    target: string,
    place: Place,
  ): { verb: Verb; options: Json } | undefined {
    const [name, options] =
      typeof as === 'object'
        ? (Object.entries(as)[0] ?? ['', undefined])
        : [as ?? verbForType(target), undefined];
    const verb = findVerb(name);
    if (verb === undefined) {
      const known = verbs.map((one) => one.name);
      this.#report(file, place, `unknown verb "${name}"${suggest(name, known)}`);
      return undefined;
    }
    const given = options === undefined ? undefined : typeof options === 'object' ? 'table' : 'text';
    if (given !== verb.options) {
      this.#report(
        file,
        place,
        `"${name}" takes ${verb.options === undefined ? 'no options' : `a ${verb.options}`}`,
      );
    }
    return { verb, options: toJson(options) };
  }

  #resolveTarget(file: SourceFile, name: string, verb: Verb | undefined, place: Place): Target {
    const path = name.split('.');
    if (verb?.fills !== undefined) {
      const leaves = verb.fills.filter((leaf) => findEcsField(`${name}.${leaf}`) !== undefined);
      if (leaves[0] !== verb.fills[0]) this.#reportField(file, place, `${name}.${verb.fills[0]}`);
      return leaves.length === verb.fills.length ? { path, list: false } : { path, list: false, leaves };
    }
    if (verb?.makes !== undefined) return this.#resolveList(file, name, place);
    const field = findEcsField(name);
    if (field === undefined) this.#reportField(file, place, name);
    const list = path.map((_, i) => path.slice(0, i + 1).join('.')).find(isListOfObjects);
    if (list !== undefined) {
      this.#report(
        file,
        place,
        `"${list}" is a list of objects: write to it, with "each" for what is in them`,
      );
    }
    return { path, list: field?.list ?? false };
  }

  /** The target of objects. */
  #resolveList(file: SourceFile, name: string, place: Place): Target {
    if (findEcsField(name) === undefined) this.#reportField(file, place, name);
    else if (!isListOfObjects(name)) this.#report(file, place, `"${name}" is no list of objects`);
    return { path: name.split('.'), list: true };
  }

  #resolveConditions(file: SourceFile, when: WhenSource = {}, place: Place): Condition[] | undefined {
    const conditions = Object.entries(when).map(([path, values]) =>
      this.#resolveCondition(file, path, [values].flat(), place),
    );
    return conditions.length === 0 ? undefined : conditions;
  }

  #resolveCondition(
    file: SourceFile,
    path: string,
    values: readonly (string | number | boolean)[],
    place: Place,
  ): Condition {
    const resolved = this.#resolvePath(file, path, [...place, path]);
    if (values.length === 1 && values[0] === '*') return { path: resolved };
    return { path: resolved, values: values.map((value) => String(value).toLowerCase()) };
  }

  #resolveStep(
    file: SourceFile,
    { from, present, values = {} }: OutcomeStepSource,
    place: Place,
  ): OutcomeStep {
    const table: Record<string, Outcome> = {};
    for (const [outcome, texts] of Object.entries(values)) {
      if (outcome !== 'success' && outcome !== 'failure' && outcome !== 'unknown') {
        this.#report(file, [...place, 'values', outcome], `"${outcome}" is no outcome`);
      } else for (const text of [texts].flat()) table[String(text).toLowerCase()] = outcome;
    }
    if (present !== undefined) table['*'] = present;
    return { from: this.#resolvePath(file, from, [...place, 'from']), values: table };
  }

  #resolveMessage(file: SourceFile, text: string | undefined, place: Place): SentencePart[] | undefined {
    if (text === undefined) return undefined;
    try {
      const parts = parseSentence(text);
      this.#checkSentence(file, parts, place);
      return parts;
    } catch (error) {
      this.#report(file, place, error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  #checkSentence(file: SourceFile, parts: readonly SentencePart[], place: Place): void {
    for (const part of parts) {
      if (typeof part === 'string') continue;
      if ('group' in part) this.#checkSentence(file, part.group, place);
      else {
        for (const path of part.paths) {
          if ('property' in path) this.#resolvePath(file, formatPath(path.property), place);
          else if ('field' in path && findEcsField(path.field.join('.')) === undefined) {
            this.#reportField(file, place, path.field.join('.'));
          }
        }
      }
    }
  }

  #reportField(file: SourceFile, place: Place, name: string): void {
    this.#report(file, place, `ECS has no field "${name}"${suggest(name, ecsFieldNames())}`);
  }

  #report(file: SourceFile, place: Place, message: string): void {
    this.#problems.push(file.problemAt(place, message));
  }
}

function resolveEvent({
  kind,
  category = [],
  type = [],
}: EventSource = {}): Pick<Layer, 'kind' | 'category' | 'type'> {
  return { kind, category, type };
}

function isListOfObjects(name: string): boolean {
  return findEcsField(name)?.type === 'nested';
}

function verbForType(target: string): string {
  const type = findEcsField(target)?.type ?? 'keyword';
  if (type === 'integer') return 'long';
  if (type === 'float') return 'double';
  return findVerb(type) === undefined ? 'keyword' : type;
}

/** Child first. Rules and cases add up; everything else is said by the first that says it. */
function addUp(layers: readonly Layer[]): Layer {
  const first = <Key extends keyof Layer>(key: Key) =>
    layers.find((layer) => layer[key] !== undefined)?.[key];
  const cases = layers.toReversed().flatMap((layer) => layer.cases ?? []);
  return {
    kind: first('kind'),
    category: layers.find((layer) => layer.category.length > 0)?.category ?? [],
    type: layers.find((layer) => layer.type.length > 0)?.type ?? [],
    cases: cases.length === 0 ? undefined : cases,
    rules: layers.flatMap((layer) => layer.rules),
    outcome: first('outcome'),
    otherwise: first('otherwise'),
    message: first('message'),
  };
}

function toJson(value: unknown): Json {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
