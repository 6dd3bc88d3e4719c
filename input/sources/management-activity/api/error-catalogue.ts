// The Management Activity API's error codes and what each means: whether trying again helps, what the operator reads,
// and what the collector does. It is plain data, from which the reference page is made; api-error.ts applies it.

import { minuteMs } from '../../../contract/time.ts';

/**
 * `fail tenant`, `fail content type`: reported, and asked again slowly. `retry blob`: whatever is said of it, it is asked
 * for until the date that its listing gave has passed. `clamp window`: the window is cut to what is allowed. `slow down`:
 * the whole tenant pauses.
 */
export type Effect =
  | 'fail tenant'
  | 'fail content type'
  | 'start subscription'
  | 'retry blob'
  | 'restart window'
  | 'clamp window'
  | 'slow down'
  | 'renew token'
  | 'retry'
  | 'success';

export interface CatalogueEntry {
  /** AF…, or a name of ours for an error without one. */
  readonly code: string;
  /** The cause of the error. */
  readonly cause: string;
  /** The action to take; empty where nobody has to do anything. */
  readonly fix: string;
  readonly effect: Effect;
  /** Wait at least this long before asking again; absent: the usual back-off. */
  readonly afterMs?: number;
}

const reportIt = 'Please report this: the collector sent something it should not have.';

export const errorCatalogue: readonly CatalogueEntry[] = [
  {
    code: 'AF10001',
    cause: 'The token lacks the permission for this content.',
    fix: 'Add Office 365 Management APIs > Application permissions > ActivityFeed.Read (and ActivityFeed.ReadDlp for DLP.All) and grant admin consent.',
    effect: 'fail content type',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20001',
    cause: 'A parameter is missing.',
    fix: reportIt,
    effect: 'fail content type',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20002',
    cause: 'A parameter has the wrong type.',
    fix: reportIt,
    effect: 'fail content type',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20003',
    cause: 'The expiration of a webhook lies in the past.',
    fix: 'Another program set up this webhook; stop or renew it there.',
    effect: 'fail content type',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'AF20010',
    cause: 'The token belongs to another tenant than the one asked for.',
    fix: 'Set tenant_id to the Directory (tenant) ID in which the application has consent.',
    effect: 'fail tenant',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20011',
    cause: 'The tenant is unknown to the API, or deleted.',
    fix: 'Check tenant_id and cloud.',
    effect: 'fail tenant',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20012',
    cause: 'The tenant is not set up for audit data, usually for want of a Microsoft 365 licence.',
    fix: 'Check that the tenant has Microsoft 365 licences and that audit log search is turned on.',
    effect: 'fail tenant',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'AF20013',
    cause: 'The tenant identifier is not a GUID.',
    fix: 'Set tenant_id to the Directory (tenant) ID.',
    effect: 'fail tenant',
    afterMs: 5 * minuteMs,
  },
  {
    code: 'AF20020',
    cause: 'The content type is not offered here.',
    fix: 'Remove it from content_types: not every cloud has every type.',
    effect: 'fail content type',
    afterMs: 60 * minuteMs,
  },
  {
    code: 'AF20021',
    cause: 'A webhook could not be validated.',
    fix: 'Another program set up this webhook; repair or stop it there.',
    effect: 'fail content type',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'AF20022',
    cause: 'There is no subscription for this content type.',
    fix: 'It is started as soon as Microsoft allows it.',
    effect: 'start subscription',
  },
  {
    code: 'AF20023',
    cause: 'The subscription was disabled, by an administrator or because auditing is off.',
    fix: 'Check that audit log search is on (Purview > Audit); the subscription is started again as soon as Microsoft allows it.',
    effect: 'start subscription',
  },
  { code: 'AF20024', cause: 'The subscription is already enabled.', fix: '', effect: 'success' },
  {
    code: 'AF20030',
    cause: 'The time window was refused.',
    fix: 'Compare the clock of this machine with the true time.',
    effect: 'clamp window',
  },
  { code: 'AF20031', cause: 'The page of a listing is no longer valid.', fix: '', effect: 'restart window' },
  { code: 'AF20050', cause: 'The content does not exist.', fix: '', effect: 'retry blob' },
  { code: 'AF20051', cause: 'The content has expired.', fix: '', effect: 'retry blob' },
  { code: 'AF20052', cause: 'The content ID is not valid.', fix: '', effect: 'retry blob' },
  {
    code: 'AF20053',
    cause: 'More than one language was asked for.',
    fix: reportIt,
    effect: 'fail content type',
  },
  { code: 'AF20054', cause: 'The language was not understood.', fix: reportIt, effect: 'fail content type' },
  {
    code: 'AF20055',
    cause: 'The time window was refused.',
    fix: 'Compare the clock of this machine with the true time.',
    effect: 'clamp window',
  },
  {
    code: 'AF429',
    cause: 'Microsoft limits the requests of this tenant.',
    fix: 'Nothing is lost. If it persists, look for another collector on this tenant, or ask Microsoft for a higher quota.',
    effect: 'slow down',
  },
  {
    code: 'AF50000',
    cause: 'The service has an internal error.',
    fix: 'It is tried again.',
    effect: 'retry',
  },
  {
    code: 'AF50005',
    cause: 'The service has an internal error.',
    fix: 'It is tried again.',
    effect: 'retry',
  },
  {
    code: 'AF50006',
    cause: 'The service has an internal error.',
    fix: 'It is tried again.',
    effect: 'retry',
  },
  {
    code: 'start-cool-down',
    cause: 'A subscription may be started once in 15 minutes.',
    fix: 'It is tried again when that is over.',
    effect: 'start subscription',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'auditing-off',
    cause: 'Auditing is off in this tenant, or it has no Microsoft 365 licence.',
    fix: 'Turn on audit log search in Purview (Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true), wait up to 60 minutes, and check licences.',
    effect: 'fail content type',
    afterMs: 15 * minuteMs,
  },
  {
    code: 'unauthorized',
    cause: 'The token was refused.',
    fix: 'Check that cloud and tenant_id fit the application.',
    effect: 'renew token',
    afterMs: minuteMs,
  },
  {
    code: 'forbidden',
    cause: 'Access was refused without a reason.',
    fix: 'Check admin consent, conditional access for workload identities, and the cloud setting.',
    effect: 'fail content type',
    afterMs: 5 * minuteMs,
  },
];
