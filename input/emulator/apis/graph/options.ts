// The options of the emulated Graph, for the emulator as a whole and for each tenant.

/** The address of the next page leads to another host. */
export interface GraphFault {
  readonly kind: 'foreign-page';
}

export interface GraphServiceOptions {
  readonly graph?: {
    /** The number of records on a page, where a request asks for more; 1,000 by default. */
    readonly pageSize?: number;
    /** Milliseconds for which the address of a next page stays good; 10 minutes by default. */
    readonly pageLifetimeMs?: number;
    /** True where Microsoft's published limits are kept. */
    readonly limits?: boolean;
    /** True when a refusal says after how many seconds to come back. */
    readonly retryAfter?: boolean;
  };
}

export interface GraphTenantOptions {
  /** The content by log, such as `directoryAudits`; a log that is not named is empty. */
  readonly graph?: Readonly<Record<string, GraphLogOptions>>;
}

export interface GraphLogOptions {
  /** The records of history; 500 by default. */
  readonly records?: number;
  /** The days of history; 1 by default. */
  readonly days?: number;
  /** New records after the origin; none by default. */
  readonly ratePerMinute?: number;
  /** Milliseconds until a record shows; 2 minutes by default. */
  readonly latencyMs?: number;
  /** The share of records that show late, and by how much at most; an hour by default. */
  readonly late?: number;
  readonly lateByMs?: number;
  /** The share of records that the first readings of several pages leave out. */
  readonly unstable?: number;
  /** The number of readings that do; 1 by default. */
  readonly unstableReadings?: number;
  /** True in a tenant without a premium licence. */
  readonly refused?: 'licence' | 'endpoint';
}
