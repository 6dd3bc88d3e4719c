// The Elastic Agent that a collector runs under, as the agent calls itself.

export interface AgentIdentity {
  readonly id: string;
  readonly version: string;
  readonly isSnapshot: boolean;
  /** `managed` by Fleet, or `standalone` with a policy file of its own. */
  readonly mode: 'managed' | 'standalone';
  /** True where it does not run as root or administrator. */
  readonly isUnprivileged: boolean;
}
