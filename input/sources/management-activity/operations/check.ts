// Checks that a tenant can be collected: everything from the host names to each subscription, asked without changing
// anything. Findings come in the order in which one repairs them.

import { systemClock } from '../../../contract/clock.ts';
import { type Finding, note, ok, problem, problemOf } from '../../../contract/finding.ts';
import type { Item } from '../../../contract/state.ts';
import { minuteMs } from '../../../contract/time.ts';
import { checkEnd } from '../../tenant/check-end.ts';
import { endOfCredential } from '../../tenant/wait-for-tenant.ts';
import type { Subscription } from '../api/api.ts';
import { hostsFor } from '../api/clouds.ts';
import { listWindow } from '../listing/list-window.ts';
import { longestWindowMs } from '../listing/windows.ts';
import type { OpenTenant } from '../open-tenant.ts';
import type { ManagementActivityOptions } from '../options.ts';
import { feedOf, wholeStream } from '../stream.ts';
import { listing } from './inventory.ts';
import { reachTenant } from './reach-tenant.ts';

const feed = 'ActivityFeed.Read';
const dlpFeed = 'ActivityFeed.ReadDlp';
const dlp = 'DLP.All';

export async function* checkTenant(
  options: ManagementActivityOptions,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  let tenant: Awaited<ReturnType<typeof reachTenant>>;
  try {
    tenant = await reachTenant(options, signal);
  } catch (error) {
    return yield problemOf('tenant', error);
  }
  await using open = tenant;
  if (tenant.tenantId !== options.tenantId) yield ok('tenant', `${options.tenantId} is ${tenant.tenantId}.`);
  try {
    await open.tokens.token(signal);
  } catch (error) {
    return yield problemOf('token', error);
  }
  yield* checkToken(tenant, options);
  yield* checkClock(tenant);
  yield* checkSubscriptions(tenant, options, signal);
}

function* checkToken(
  { tokens, tenantId, hosts }: OpenTenant,
  options: ManagementActivityOptions,
): Generator<Finding> {
  const { claims } = tokens;
  const left =
    claims?.expiresAt === undefined
      ? ''
      : `, for ${Math.round((claims.expiresAt - Date.now()) / minuteMs)} minutes`;
  yield ok('token', `${new URL(hosts.login).host} issued one for ${new URL(hosts.management).host}${left}.`);
  yield* checkEnd(endOfCredential(options, tokens), Date.now());
  if (!claims) return yield note('roles', 'The token cannot be read, so its roles are not known.');
  if (claims.tenantId !== undefined && claims.tenantId !== tenantId)
    yield problem('tenant', `The token is one of the tenant ${claims.tenantId}.`, 'Correct tenant_id.');
  yield* checkRoles(claims.roles, options.contentTypes);
}

function* checkRoles(roles: readonly string[], contentTypes: readonly string[]): Generator<Finding> {
  const granted = roles.length === 0 ? 'none' : roles.join(', ');
  if (roles.includes(feed)) yield ok('roles', `The token carries ${granted}.`);
  else
    yield problem(
      'roles',
      `The token carries no ${feed} (it carries: ${granted}).`,
      `In Entra: API permissions > Office 365 Management APIs > Application permissions > ${feed}, then "Grant admin consent". It counts from the next token on.`,
    );
  if (contentTypes.includes(dlp) && !roles.includes(dlpFeed))
    yield note(
      'roles',
      `Without ${dlpFeed}, which is optional, ${dlp} is not collected.`,
      `Add and consent ${dlpFeed}, or leave ${dlp} out of content_types.`,
    );
}

function* checkClock({ skew }: OpenTenant): Generator<Finding> {
  const minutes = Math.round(skew.ms / minuteMs);
  if (skew.ms === 0) return yield ok('clock', 'It agrees with that of Microsoft.');
  const message = `This machine is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} Microsoft.`;
  const advice = 'Let it keep time (NTP): windows and tokens are dated by it.';
  yield Math.abs(skew.ms) > 5 * minuteMs ? problem('clock', message, advice) : note('clock', message, advice);
}

async function* checkSubscriptions(
  tenant: OpenTenant,
  { contentTypes }: ManagementActivityOptions,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  let subscriptions: readonly Subscription[];
  try {
    subscriptions = await tenant.api.listSubscriptions(wholeStream(tenant.tenantId), signal);
  } catch (error) {
    return yield problemOf('subscriptions', error);
  }
  const permitted = contentTypes.filter(
    (type) => type !== dlp || tenant.tokens.claims?.roles.includes(dlpFeed) !== false,
  );
  const found: Finding[] = [];
  let content = 0;
  for (const contentType of permitted) {
    const subscription = subscriptions.find(
      (each) => each.contentType.toLowerCase() === contentType.toLowerCase(),
    );
    const looked = await checkContentType(tenant, contentType, subscription, signal);
    content += looked.blobs;
    found.push(looked.finding);
  }
  yield checkAuditing(found, content);
  yield* found;
}

interface Looked {
  readonly finding: Finding;
  /** Content blobs of the last 23 hours. */
  readonly blobs: number;
}

async function checkContentType(
  tenant: OpenTenant,
  contentType: string,
  subscription: Subscription | undefined,
  signal: AbortSignal,
): Promise<Looked> {
  if (!subscription)
    return { blobs: 0, finding: note(contentType, 'There is no subscription yet; m365 run starts it.') };
  if (subscription.enabled === false)
    return {
      blobs: 0,
      finding: note(
        contentType,
        'The subscription is disabled; m365 run starts it again.',
        'If it does not stay enabled, somebody or something disables it: check that auditing is on.',
      ),
    };
  try {
    const blobs = await countRecent(tenant, contentType, signal);
    const webhook = subscription.webhook === undefined ? '' : ' Another program has a webhook on it.';
    const message = `subscribed; ${describeBlobs(blobs)} in the last 23 hours.${webhook}`;
    return { blobs, finding: ok(contentType, message) };
  } catch (error) {
    signal.throwIfAborted();
    return { blobs: 0, finding: problemOf(contentType, error) };
  }
}

function describeBlobs(count: number): string {
  if (count === 0) return 'no content';
  return count === 1 ? '1 content blob' : `${count} content blobs`;
}

async function countRecent(tenant: OpenTenant, contentType: string, signal: AbortSignal): Promise<number> {
  const to = Math.floor(tenant.skew.now() / 1000) * 1000;
  const seen = new Set<string>();
  const onBlobs = async (blobs: readonly Item[]) => {
    for (const { id } of blobs) seen.add(id);
  };
  const reader = listing(tenant, feedOf(tenant.tenantId, contentType), systemClock, onBlobs);
  await listWindow(reader, { from: to - longestWindowMs, to }, signal);
  return seen.size;
}

/** The API has no question for it: content shows that auditing is on, and some refusals that it is off. */
function checkAuditing(found: readonly Finding[], content: number): Finding {
  const turnOn =
    'Turn it on in Microsoft Purview > Audit, or Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true, and wait up to an hour.';
  if (content > 0) return ok('auditing', 'It is on: there is content.');
  const refused = found.find(({ message }) => /^(auditing-off|AF20012|AF20023):/.test(message));
  if (refused) return problem('auditing', 'It seems to be off in this tenant.', turnOn);
  return note('auditing', 'There is no content yet to tell whether it is on.', `If it is not: ${turnOn}`);
}

/** Origins for a firewall, with their ports. */
export function hostsToAllow({ cloud, hosts }: ManagementActivityOptions): readonly string[] {
  const { login, management } = hostsFor(cloud, hosts);
  return [login, management].map((origin) => {
    const { hostname, port, protocol } = new URL(origin);
    return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  });
}
