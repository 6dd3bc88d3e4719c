// What Graph's refusals mean: whether trying again helps, what the operator reads, and what the collector does. It is plain
// data, from which the reference page is made; graph-error.ts applies it.

import { minuteMs } from '../../../contract/time.ts';

/**
 * `fail feed`: reported, and asked again slowly; the other feeds go on. `restart slice`: the slice of time is read again from
 * its first page. `slow down`: everything that shares the limit pauses.
 */
export type GraphEffect = 'fail feed' | 'restart slice' | 'slow down' | 'renew token' | 'retry';

export interface GraphErrorEntry {
  /** A name of ours: Graph uses one code for many things, and many for one. */
  readonly code: string;
  /** The errors of Graph that mean it; any where absent. */
  readonly statuses?: readonly number[];
  /** Found in the code or the message of the error. */
  readonly words?: RegExp;
  readonly cause: string;
  /** The action to take; empty where nobody has to do anything. */
  readonly fix: string;
  readonly effect: GraphEffect;
  /** Wait at least this long before asking again; absent: the usual back-off. */
  readonly afterMs?: number;
}

/** The first that fits counts. */
export const graphErrors: readonly GraphErrorEntry[] = [
  {
    code: 'no-premium-licence',
    words: /NonPremiumTenant|B2CTenant|premium license|doesn't have premium/i,
    cause:
      'Microsoft serves this log only to tenants with a premium licence of Entra ID, and to none of Azure AD B2C.',
    fix: 'Assign a licence that includes Entra ID P1 or P2, or leave this log type out.',
    effect: 'fail feed',
    afterMs: 60 * minuteMs,
  },
  {
    code: 'page-expired',
    statuses: [400, 410],
    words: /skip ?token|\$skip\b|nextLink|page ?token/i,
    cause: 'The address of the next page is no longer good.',
    fix: '',
    effect: 'restart slice',
  },
  {
    code: 'unknown-property',
    statuses: [400],
    words: /could not find a property|property named|Invalid filter|not (?:supported|filterable)/i,
    cause: 'This cloud or version of Graph does not know a property that is asked for.',
    fix: 'Choose the other api_version where the log type has one; otherwise please report this.',
    effect: 'fail feed',
    afterMs: 60 * minuteMs,
  },
  {
    code: 'no-such-endpoint',
    statuses: [400, 404, 501],
    words: /segment|ResourceNotFound|UnknownError|NotImplemented|^$|not found/i,
    cause: 'This cloud does not have this log type, or Microsoft does not serve it to this tenant.',
    fix: 'Check cloud, and leave this log type out where its cloud lacks it; the docs have the table.',
    effect: 'fail feed',
    afterMs: 60 * minuteMs,
  },
  {
    code: 'bad-request',
    statuses: [400],
    cause: 'Graph did not accept the request.',
    fix: 'Please report this: the collector sent something it should not have.',
    effect: 'fail feed',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'unauthorized',
    statuses: [401],
    cause: 'The token was refused.',
    fix: 'Check that cloud and tenant_id fit the application.',
    effect: 'renew token',
    // A token that was renewed a moment ago is not renewed again before.
    afterMs: 30_000,
  },
  {
    code: 'missing-permission',
    statuses: [403],
    words: /PermissionMissing|RequestDenied|Missing role|scopes? .*missing|privileges|roles/i,
    cause: 'The application lacks a permission for this log type.',
    fix: 'In Entra: App registrations > API permissions > Microsoft Graph > Application permissions, then "Grant admin consent". It counts from the next token on.',
    effect: 'fail feed',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'forbidden',
    statuses: [403],
    cause: 'Access was refused: for want of a licence of the product, or by a policy.',
    fix: 'Check the licence that the docs name for this log type, admin consent, and conditional access for workload identities.',
    effect: 'fail feed',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'gone',
    statuses: [410],
    cause: 'Microsoft has retired this endpoint.',
    fix: 'Take a newer release of this program.',
    effect: 'fail feed',
    afterMs: 60 * minuteMs,
  },
  {
    code: 'throttled',
    statuses: [429],
    cause: 'Microsoft limits the requests to this tenant.',
    fix: 'Nothing is lost. If it persists, look for another program that reads the same logs.',
    effect: 'slow down',
  },
  {
    code: 'partial-answer',
    statuses: [206],
    cause: 'Graph answered with a part of the records, because one of the products behind it failed.',
    fix: 'The part was delivered. The same stretch of time is read again until it comes whole.',
    effect: 'retry',
  },
  {
    code: 'server-error',
    statuses: [500, 502, 503, 504, 509],
    cause: 'Graph has an internal error.',
    fix: 'It is tried again.',
    effect: 'retry',
  },
];
