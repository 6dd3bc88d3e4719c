// The fields by which a document says which program collected it, and under which Elastic Agent. The machine is named in
// agent.name and nowhere else: in host.* detection rules look for the devices that records are about.

import type { AgentIdentity } from '../contract/agent-identity.ts';

/** The part of an Elastic Agent's identity that documents tell of. */
export type ElasticAgent = Pick<AgentIdentity, 'id' | 'version' | 'isSnapshot'>;

export interface CollectorIdentity {
  /** The id that stays over restarts. Fleet compares that of its agent with the key that delivers. */
  readonly id: string;
  /** The version of this program. */
  readonly version: string;
  /** The name of the machine. */
  readonly name: string;
  /** Another one each time the process starts. */
  readonly ephemeralId: string;
}

export type AgentFields = ReturnType<typeof agentFields>;

export function agentFields(
  { id, version, name, ephemeralId }: CollectorIdentity,
  elasticAgent?: ElasticAgent,
) {
  return {
    agent: { id: elasticAgent?.id ?? id, name, type: 'm365', version, ephemeral_id: ephemeralId },
    ...(elasticAgent && {
      elastic_agent: {
        id: elasticAgent.id,
        version: elasticAgent.version,
        snapshot: elasticAgent.isSnapshot,
      },
    }),
    input: { type: 'm365' },
  };
}
