// Reads units one by one, so that a mistake in one of them is that unit's alone. It remembers what they came to: a unit or
// a stream whose settings are the same as before is the same object again, and one that cannot be read stays as it was.

import { isDeepStrictEqual } from 'node:util';
import { PolicyError, type PolicyProblem } from '../../options/problems.ts';
import { findEntry, type MapNode, type PolicyNode, plain } from '../../options/settings-tree.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { CompletenessPolicy, OutdatedInput } from '../policy/policy.ts';
import { findConflicts, type ReadStream, readInputs } from '../policy/read-inputs.ts';
import { foreignTypeOf, type NamedOutputs, OutputReader } from '../policy/read-outputs.ts';
import type { ReadUnit, Unit, Wanted } from './unit.ts';

export interface UnitReaderOptions {
  /** Lets the emulator's records into a namespace of real ones. */
  readonly force?: boolean | undefined;
}

/** Something that was read, and the settings that it was read from. */
interface ReadSettings<T> {
  readonly settings: unknown;
  readonly value: T;
}

interface ReadOutput extends ReadSettings<OutputPolicy> {
  readonly notes: readonly string[];
}

interface ReadInput {
  readonly streams: readonly ReadSettings<ReadStream>[];
  readonly completeness: readonly CompletenessPolicy[];
  readonly outdated: readonly OutdatedInput[];
  readonly notes: readonly string[];
}

interface Candidate {
  readonly unit: Unit;
  readonly before: ReadInput | undefined;
  readonly read: ReadInput | undefined;
  readonly problems: readonly PolicyProblem[];
}

export class UnitReader {
  readonly #options: UnitReaderOptions;
  #outputs = new Map<string, ReadOutput>();
  /** The outputs that are for other programs, with their types: what was delivered to one of that id before has ended. */
  #foreign = new Map<string, string>();
  #inputs = new Map<string, ReadInput>();
  #units: readonly ReadUnit[] = [];
  #notes: readonly string[] = [];

  constructor(options: UnitReaderOptions = {}) {
    this.#options = options;
  }

  /** The results of the last reading of each unit, in the order in which they were given. */
  get units(): readonly ReadUnit[] {
    return this.#units;
  }

  /** Notes on what was read and deliberately left aside, one line each. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  read(units: readonly Unit[]): Wanted {
    const outputs = this.#readOutputs(units.filter(({ kind }) => kind === 'output'));
    const inputs = this.#readInputs(units.filter(({ kind }) => kind === 'input'));
    this.#units = units.map((unit) => (unit.kind === 'output' ? outputs : inputs).get(unit) ?? unread(unit));
    this.#notes = [...this.#outputs.values(), ...this.#inputs.values()].flatMap(({ notes }) => notes);
    const streams = this.#units.flatMap((each) => each.streams);
    const completeness = this.#units.flatMap((each) => each.completeness);
    const outdated = this.#units.flatMap((each) => each.outdated);
    // A unit that stays as it was may deliver to an output that is no longer wanted by itself.
    const used = [...streams, ...completeness].map(({ output }) => output);
    const current = [...this.#outputs.values()].map(({ value }) => value);
    const named = new Map([...used, ...current].map((output) => [output.name, output]));
    return { outputs: [...named.values()], streams, completeness, outdated };
  }

  #readOutputs(units: readonly Unit[]): Map<Unit, ReadUnit> {
    const known = new Map<string, ReadOutput>();
    this.#foreign = new Map(
      units.flatMap(({ id, settings }) => {
        const type = foreignTypeOf(settings);
        return type === undefined ? [] : [[id, type]];
      }),
    );
    const results = units.map((unit): [Unit, ReadUnit] => {
      const isForeign = this.#foreign.has(unit.id);
      const before = isForeign ? undefined : this.#outputs.get(unit.id);
      const problems = findTwice(unit, units);
      const output = problems.length > 0 ? undefined : readOutput(unit, before, problems);
      const kept = output ?? before;
      if (kept && !known.has(unit.id)) known.set(unit.id, kept);
      const told = isForeign ? problems.map(sayItWaits) : problems;
      return [unit, { ...unread(unit), error: errorOf(told), output: kept?.value }];
    });
    this.#outputs = known;
    return new Map(results);
  }

  /**
   * Streams of several units may be in each other's way. Those that are as before come first, then those that cannot be
   * read and stay as they were, and of the others each one yields to those before it.
   */
  #readInputs(units: readonly Unit[]): Map<Unit, ReadUnit> {
    const candidates = units.map((unit) => this.#readInput(unit, units));
    const accepted = new Map<string, ReadInput>();
    const results = new Map<Unit, ReadUnit>();
    for (const { unit, before, read, problems } of candidates.toSorted((a, b) => rankOf(a) - rankOf(b))) {
      const others = [...accepted.values()];
      const conflicts = read ? conflictsOf(read, others) : [];
      const fallback = before && conflictsOf(before, others).length === 0 ? before : undefined;
      const kept = read && conflicts.length === 0 ? read : fallback;
      if (kept) accepted.set(unit.id, kept);
      results.set(unit, {
        ...unread(unit),
        error: errorOf([...problems, ...conflicts]),
        streams: kept?.streams.map(({ value }) => value.stream) ?? [],
        completeness: kept?.completeness ?? [],
        outdated: kept?.outdated ?? [],
      });
    }
    this.#inputs = accepted;
    return results;
  }

  #readInput(unit: Unit, units: readonly Unit[]): Candidate {
    const before = this.#inputs.get(unit.id);
    const problems = findTwice(unit, units);
    if (problems.length > 0) return { unit, before: undefined, read: undefined, problems };
    const { force = false } = this.#options;
    const notes: string[] = [];
    const completeness: CompletenessPolicy[] = [];
    const outdated: OutdatedInput[] = [];
    const outputs = this.#namedOutputs(problems);
    const reading = { force, problems, notes, completeness, outdated, outputs: outputs.named };
    const streams = readInputs(policyOf(unit), reading);
    if (problems.length > 0)
      return { unit, before: outputs.isForeign() ? undefined : before, read: undefined, problems };
    const nodes = streamNodes(unit.settings);
    const known = streams.map((read) => sameOrNew(read, nodes.get(read.stream.definedAt), before));
    return { unit, before, read: { streams: known, completeness, outdated, notes }, problems };
  }

  #namedOutputs(problems: PolicyProblem[]) {
    let isForeign = false;
    const use: NamedOutputs['use'] = (name, place) => {
      const output = this.#outputs.get(name)?.value;
      if (output) return output;
      const type = this.#foreign.get(name);
      isForeign ||= type !== undefined;
      const names = [...this.#outputs.keys()].join(', ') || 'none';
      const message = `there is no output "${name}" that can be used (outputs: ${names})`;
      problems.push(type === undefined ? { place, message } : refuseForeign(place, name, type));
      return undefined;
    };
    return { named: { use }, isForeign: () => isForeign };
  }
}

function refuseForeign(place: string, name: string, type: string): PolicyProblem {
  const message = `its output ${name} is of type ${type}, to which this input cannot deliver; give its agent policy, or the integration, an output of type elasticsearch`;
  return sayItWaits({ place, message });
}

/** The policy no longer names the place where documents went before, so that one gets nothing more. */
function sayItWaits({ place, message }: PolicyProblem): PolicyProblem {
  const waits =
    'Nothing is collected until then, and nothing is delivered to the output that was here before; collecting then goes on where it stopped, with what Microsoft still lists';
  return { place, message: `${message}. ${waits}` };
}

function unread({ id, kind }: Unit): ReadUnit {
  return { id, kind, error: undefined, streams: [], completeness: [], outdated: [] };
}

function errorOf(problems: readonly PolicyProblem[]): PolicyError | undefined {
  return problems.length > 0 ? new PolicyError(problems) : undefined;
}

function findTwice(unit: Unit, units: readonly Unit[]): PolicyProblem[] {
  const first = units.find(({ id }) => id === unit.id);
  const message = `there are two ${unit.kind} units of the id ${unit.id}`;
  return first === unit ? [] : [{ place: unit.settings.place, message }];
}

function readOutput(
  { id, settings }: Unit,
  before: ReadOutput | undefined,
  problems: PolicyProblem[],
): ReadOutput | undefined {
  const value = plain(settings);
  if (before && isDeepStrictEqual(value, before.settings)) return before;
  const { place } = settings;
  const outputs = mapOf(place, 'outputs', mapOf(place, id, settings));
  const notes: string[] = [];
  const output = new OutputReader(outputs, undefined, problems, notes).use(id, place);
  return output && problems.length === 0 ? { settings: value, value: output, notes } : undefined;
}

function mapOf(place: string, key: string, value: PolicyNode): MapNode {
  return { kind: 'map', place, entries: [{ key, place, value }] };
}

/** A policy of this input alone. A unit that is found by its id has one in any case. */
function policyOf({ id, settings }: Unit): MapNode {
  const { place } = settings;
  const own = settings.kind === 'map' && !findEntry(settings, 'id') ? settings : undefined;
  const idNode = { kind: 'scalar', place, value: id, substituted: false } as const;
  const input = own ? { ...own, entries: [{ key: 'id', place, value: idNode }, ...own.entries] } : settings;
  return mapOf(place, 'inputs', { kind: 'list', place, items: [input] });
}

/** The streams of an input, by where they stand. */
function streamNodes(input: PolicyNode): Map<string, PolicyNode> {
  const list = input.kind === 'map' ? findEntry(input, 'streams')?.value : undefined;
  return new Map(list?.kind === 'list' ? list.items.map((node) => [node.place, node]) : []);
}

/** Compared by everything that makes the stream: what stands in it, and what its input adds. */
function sameOrNew(
  read: ReadStream,
  node: PolicyNode | undefined,
  before: ReadInput | undefined,
): ReadSettings<ReadStream> {
  const { id, mapping, output } = read.stream;
  const settings = [id, node && plain(node), mapping];
  const same = before?.streams.find(
    (known) => known.value.stream.output === output && isDeepStrictEqual(known.settings, settings),
  );
  return same ?? { settings, value: read };
}

function rankOf({ read, before }: Candidate): number {
  if (!read) return 1;
  return before && read.streams.every((stream) => before.streams.includes(stream)) ? 0 : 2;
}

function conflictsOf(input: ReadInput, others: readonly ReadInput[]): PolicyProblem[] {
  return findConflicts([...others, input].flatMap(({ streams }) => streams.map(({ value }) => value)));
}
