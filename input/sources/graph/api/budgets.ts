// The limits that Microsoft publishes for requests to Graph, and what shares each of them. A limit of 10 seconds is kept in
// each of these by letting no more than one request go at once.

export interface BudgetLimit {
  /** All requests of an application to one tenant, or those to all tenants together. */
  readonly of: 'tenant' | 'application';
  readonly requestsPerMinute: number;
  readonly burst: number;
  /** In Microsoft's words. */
  readonly published: string;
}

export const budgets = {
  reports: [
    { of: 'tenant', requestsPerMinute: 30, burst: 1, published: '5 requests in 10 seconds' },
    {
      of: 'application',
      requestsPerMinute: 732,
      burst: 60,
      published: '122 requests in 10 seconds over all tenants',
    },
  ],
  'identity protection': [{ of: 'tenant', requestsPerMinute: 60, burst: 1, published: '1 request a second' }],
  security: [{ of: 'tenant', requestsPerMinute: 150, burst: 7, published: '150 requests a minute' }],
  // 13 a minute and three at once are 783 in an hour; the 240 requests a minute of the same limit are never reached.
  'service communications': [
    { of: 'tenant', requestsPerMinute: 16, burst: 3, published: '240 requests a minute and 800 an hour' },
  ],
  'message trace': [
    { of: 'tenant', requestsPerMinute: 20, burst: 1, published: '100 requests in 5 minutes' },
  ],
} as const satisfies Readonly<Record<string, readonly BudgetLimit[]>>;

export type BudgetName = keyof typeof budgets;
