// The units that the agent wants, as it said last, and how far each of them was applied. The agent leaves out a unit's
// settings once they are known here, so they are kept.

import type { AgentIdentity } from '../../contract/agent-identity.ts';
import type { LogLevel } from '../../contract/logger.ts';
import { treeOf } from '../../options/settings-tree.ts';
import type { Unit } from '../../settings/units/unit.ts';
import type { AgentLogLevel, Expected, ExpectedUnit, UnitConfig } from '../protocol/messages.ts';

export interface AgentUnit {
  readonly expected: ExpectedUnit;
  /** The settings that came last; undefined until some have come. */
  readonly config: UnitConfig | undefined;
  /** The index of the settings that run, or were found wrong; 0 before there are any. */
  readonly appliedIndex: string;
  /** True once it was stopped, or never ran. */
  readonly isStopped: boolean;
}

/** The units to run, as the agent wanted them at one moment. */
export interface WantedUnits {
  readonly units: readonly Unit[];
  /** To be called when these, or others that came later, run. */
  applied(): void;
}

const levels: readonly AgentLogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
const logLevels: Readonly<Record<AgentLogLevel, LogLevel>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

export class AgentUnits {
  #units = new Map<string, AgentUnit>();
  #agent: AgentIdentity | undefined;
  #indexes = { featuresIndex: '0', componentIndex: '0' };
  /** What was to run when `accept` was last called. */
  #asked = '';

  /** `agent`: as it called itself when it started this. */
  constructor(agent?: AgentIdentity) {
    this.#agent = agent;
  }

  get units(): readonly AgentUnit[] {
    return [...this.#units.values()];
  }

  /** The agent that runs this, as it calls itself; undefined where it never said so. */
  get agent(): AgentIdentity | undefined {
    return this.#agent;
  }

  /** The numbers of what the agent said beside units, which are sent back. */
  get indexes(): { readonly featuresIndex: string; readonly componentIndex: string } {
    return this.#indexes;
  }

  /** The most talkative level of any unit: what one of them is to say is not lost because of another. */
  get logLevel(): LogLevel {
    const wanted = new Set(this.units.map(({ expected }) => expected.logLevel));
    return logLevels[levels.find((level) => wanted.has(level)) ?? 'INFO'];
  }

  /** True where other units or settings are to run than before. */
  accept({ units, agent, featuresIndex, componentIndex }: Expected): boolean {
    this.#agent = agent ?? this.#agent;
    this.#indexes = { featuresIndex, componentIndex };
    const before = this.#units;
    this.#units = new Map(
      units.map((expected) => [keyOf(expected), renew(before.get(keyOf(expected)), expected)]),
    );
    const asked = JSON.stringify(
      this.units.map(({ expected, config }) => [
        ...[expected.kind, expected.id, expected.configIndex],
        ...[expected.isWanted, config !== undefined],
      ]),
    );
    const isOther = asked !== this.#asked;
    this.#asked = asked;
    return isOther;
  }

  /** Inputs do not name their output: a component has one. */
  want(): WantedUnits {
    const wanted = this.units.filter(({ expected, config }) => expected.isWanted && config);
    const output = wanted.find(({ expected }) => expected.kind === 'output')?.expected.id;
    const stopped = this.units.filter(({ expected }) => !expected.isWanted);
    return {
      units: wanted.map((unit) => unitOf(unit, output)),
      applied: () => {
        for (const { expected, config } of wanted)
          this.#change(expected, (unit) =>
            unit.config === config ? { ...unit, appliedIndex: expected.configIndex } : unit,
          );
        for (const { expected } of stopped)
          this.#change(expected, (unit) => ({
            ...unit,
            isStopped: !unit.expected.isWanted,
            appliedIndex: unit.expected.configIndex,
          }));
      },
    };
  }

  #change(expected: ExpectedUnit, change: (unit: AgentUnit) => AgentUnit): void {
    const key = keyOf(expected);
    const unit = this.#units.get(key);
    if (unit) this.#units.set(key, change(unit));
  }
}

function keyOf({ kind, id }: ExpectedUnit): string {
  return `${kind} ${id}`;
}

function renew(before: AgentUnit | undefined, expected: ExpectedUnit): AgentUnit {
  const isOther = before?.expected.configIndex !== expected.configIndex || before.config === undefined;
  const beginsAnew = before === undefined || (before.isStopped && expected.isWanted);
  return {
    expected,
    config: isOther ? (expected.config ?? before?.config) : before.config,
    appliedIndex: beginsAnew ? '0' : before.appliedIndex,
    isStopped: !beginsAnew && before.isStopped,
  };
}

function unitOf({ expected, config }: AgentUnit, output: string | undefined): Unit {
  const { id, kind } = expected;
  const source = config?.source ?? {};
  const settings = kind === 'input' ? { ...source, use_output: output ?? '' } : source;
  return { id, kind, settings: treeOf(settings, labelOf(kind, config, id)) };
}

/** What people see of a unit in Kibana is the name of its integration policy. */
function labelOf(kind: ExpectedUnit['kind'], config: UnitConfig | undefined, id: string): string {
  if (kind === 'output') return 'the output';
  const { name } = config?.source ?? {};
  return `the input ${typeof name === 'string' && name !== '' ? name : id}`;
}
