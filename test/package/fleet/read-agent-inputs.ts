// Hands inputs of an agent policy to the collector in both ways in which it is told: as units, as Elastic Agent does, and as
// the file of an exported policy.

import { stringify } from 'yaml';
import { treeOf } from '../../../input/options/settings-tree.ts';
import { parsePolicy } from '../../../input/settings/policy/load-policy.ts';
import type { CompletenessPolicy, Policy, StreamPolicy } from '../../../input/settings/policy/policy.ts';
import type { ReadUnit, Unit } from '../../../input/settings/units/unit.ts';
import { UnitReader } from '../../../input/settings/units/unit-reader.ts';
import type { AgentInput } from './package-policy.ts';

const agentOutput = { type: 'elasticsearch', hosts: ['https://es.example:9200'], api_key: 'id:key' };

export interface ReadInputs {
  readonly units: readonly ReadUnit[];
  readonly notes: readonly string[];
  readonly streams: readonly StreamPolicy[];
  readonly completeness: readonly CompletenessPolicy[];
}

function unitsOf(inputs: readonly AgentInput[]): readonly Unit[] {
  return [
    { id: 'default', kind: 'output', settings: treeOf(agentOutput, 'output default') },
    ...inputs.map((input): Unit => {
      const { id } = input;
      return { id, kind: 'input', settings: treeOf(input, `unit ${id}`) };
    }),
  ];
}

export function readAsUnits(inputs: readonly AgentInput[]): ReadInputs {
  const reader = new UnitReader();
  const { streams, completeness } = reader.read(unitsOf(inputs));
  return { units: reader.units, notes: reader.notes, streams, completeness };
}

/** With the keys that Fleet puts at the top of a policy. */
export function readAsFile(inputs: readonly AgentInput[]): Policy {
  const policy = {
    id: 'policy',
    revision: 3,
    outputs: { default: agentOutput },
    fleet: { hosts: ['https://fleet.example:8220'] },
    agent: { monitoring: { enabled: false } },
    output_permissions: { default: {} },
    secret_references: [],
    namespaces: ['default'],
    inputs,
  };
  return parsePolicy(stringify(policy), 'policy.yml', { environment: {} });
}
