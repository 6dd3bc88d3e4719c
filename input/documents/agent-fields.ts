// The fields by which a document says which program collected it, and under which Elastic Agent. The machine is named in
// agent.name and nowhere else: in host.* detection rules look for the devices that records are about.

/** What an Elastic Agent says of itself when it starts the input. */
export interface ElasticAgent {
  readonly id: string;
  readonly version: string;
  readonly snapshot: boolean;
}

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
        snapshot: elasticAgent.snapshot,
      },
    }),
    input: { type: 'm365' },
  };
}
