// A scope: what one tenant has of one content type. Work, state and telemetry are kept for each.

/** Where a batch of records came from. One stream is one tenant; a scope is one content type of it. */
export interface Scope {
  /** Tenant GUID, lower case. */
  readonly tenantId: string;
  /** Microsoft's name, such as `Audit.Exchange`. */
  readonly contentType: string;
}
