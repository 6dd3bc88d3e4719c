// The outputs of a policy. Only those that a stream uses are checked: an exported policy may name others, of kinds
// that only Elastic Agent knows.

import { type PolicyProblem, suggest } from '../../options/problems.ts';
import { readSettings } from '../../options/settings.ts';
import {
  findEntry,
  type MapEntry,
  type MapNode,
  type PolicyNode,
  plain,
} from '../../options/settings-tree.ts';
import { type OutputPolicy, otherOutputTypes, outputKinds } from '../../outputs/output-policy.ts';
import { type OutputType, outputTypes } from '../../outputs/output-types.ts';
import { outputKeys } from './fleet-keys.ts';

export interface UsedOutput {
  readonly output: OutputPolicy;
  /** All that it was read from, secrets too. */
  readonly readFrom: unknown;
  readonly shown: Record<string, unknown>;
}

/** The outputs by the names that inputs use for them. */
export interface NamedOutputs {
  /** Undefined where there is none that can be used; the reader's problems then say why. */
  use(name: string, place: string): OutputPolicy | undefined;
}

export class OutputReader implements NamedOutputs {
  private readonly entries: readonly MapEntry[];
  /** False when the policy has no outputs at all, which is its own problem. */
  private readonly any: boolean;
  private readonly override: OutputType | undefined;
  private readonly problems: PolicyProblem[];
  private readonly notes: string[];
  private readonly read = new Map<string, UsedOutput | undefined>();
  private replaced = false;

  constructor(policy: MapNode, override: OutputType | undefined, problems: PolicyProblem[], notes: string[]) {
    const node = findEntry(policy, 'outputs')?.value;
    this.entries = node?.kind === 'map' ? node.entries : [];
    this.any = node !== undefined;
    this.override = override;
    this.problems = problems;
    this.notes = notes;
  }

  get used(): readonly UsedOutput[] {
    return [...this.read.values()].filter((output) => output !== undefined);
  }

  /** True when documents go somewhere else than the policy says, as with `--output`. */
  get deliversElsewhere(): boolean {
    return this.replaced;
  }

  /** The output of that name, checked once; undefined when it has problems. */
  use(name: string, place: string): OutputPolicy | undefined {
    const entry = this.override ? this.replacement(this.override, name) : this.find(name, place);
    if (this.override && entry?.key !== name) this.replaced = true;
    if (!entry) return undefined;
    if (!this.read.has(entry.key)) this.read.set(entry.key, this.check(entry));
    return this.read.get(entry.key)?.output;
  }

  private find(name: string, place: string): MapEntry | undefined {
    const entry = this.entries.find(({ key }) => key === name);
    if (!entry && this.any) {
      const known = this.entries.map(({ key }) => key);
      const message = `there is no output "${name}"${suggest(name, known)} (outputs: ${known.join(', ') || 'none'})`;
      this.problems.push({ place, message });
    }
    return entry;
  }

  /** The one that was named where it is of that type, else the first that is, else one with default settings. */
  private replacement(type: OutputType, name: string): MapEntry {
    const place = `--output ${type}`;
    const fitting = this.entries.filter(({ value }) => value.kind === 'map' && typeOf(value) === type);
    return (
      fitting.find(({ key }) => key === name) ??
      fitting[0] ?? { key: type, place, value: { kind: 'map', place, entries: [typeEntry(type, place)] } }
    );
  }

  private check({ key, place, value }: MapEntry): UsedOutput | undefined {
    if (value.kind !== 'map') {
      this.problems.push({ place: value.place, message: `the output ${key} must be a map with a type` });
      return undefined;
    }
    const type = outputTypes.find((known) => known === typeOf(value));
    if (!type) {
      this.problems.push({
        place: findEntry(value, 'type')?.value.place ?? place,
        message: describeType(key, value),
      });
      return undefined;
    }
    const kind = outputKinds[type];
    const rules = {
      what: `the output ${key}`,
      options: kind.options,
      otherKeys: new Set([...outputKeys, 'type']),
      ...(kind.refused && { refused: kind.refused }),
    };
    const settings = readSettings(value, rules, this.problems);
    if (!settings) return undefined;
    const output = kind.read(key, settings, this.problems, this.notes);
    return (
      output && {
        output,
        readFrom: plain(value),
        shown: { type, ...settings.show(), ...kind.show?.(settings) },
      }
    );
  }
}

function typeEntry(type: OutputType, place: string): MapEntry {
  return { key: 'type', place, value: { kind: 'scalar', place, value: type, substituted: false } };
}

function typeOf(output: MapNode): string | undefined {
  const value = findEntry(output, 'type')?.value;
  return value?.kind === 'scalar' ? String(value.value) : undefined;
}

/** The type of an output that only other programs can deliver to. */
export function foreignTypeOf(output: PolicyNode): string | undefined {
  const type = output.kind === 'map' ? typeOf(output) : undefined;
  return type === undefined || outputTypes.some((known) => known === type) ? undefined : type;
}

function describeType(name: string, output: MapNode): string {
  const type = typeOf(output);
  const known = `one of ${outputTypes.join(', ')}`;
  if (type === undefined) return `the output ${name} needs a type, ${known}`;
  if (otherOutputTypes.has(type))
    return `the output ${name} is of type ${type}, to which this input cannot deliver; give its agent policy, or the integration, an output of type elasticsearch`;
  return `the output ${name} has the type "${type}", which is not supported${suggest(type, outputTypes)} (${known})`;
}
