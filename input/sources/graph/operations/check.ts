// Checks that a log type can be collected: host names, token, permission, cloud and licence, each by the smallest real
// request. Findings come in the order in which one repairs them.

import { type Finding, note, ok, problem, problemOf } from '../../../contract/finding.ts';
import { dayMs, minuteMs } from '../../../contract/time.ts';
import { checkEnd } from '../../tenant/check-end.ts';
import { endOfCredential } from '../../tenant/wait-for-tenant.ts';
import { graphHostsFor } from '../api/clouds.ts';
import { type FeedQuery, isSliced, permissionsOf } from '../log-type.ts';
import type { OpenGraph } from '../open-tenant.ts';
import type { GraphOptions } from '../options.ts';
import { readRecords } from '../polling/read-records.ts';
import { wholeSecondOf } from '../polling/slices.ts';
import { feedOf } from '../stream.ts';
import { readSliceRecords } from './inventory.ts';
import { reachGraph } from './reach-tenant.ts';

export async function* checkGraph(options: GraphOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  let tenant: Awaited<ReturnType<typeof reachGraph>>;
  try {
    tenant = await reachGraph(options, signal);
  } catch (error) {
    return yield problemOf('tenant', error);
  }
  await using open = tenant;
  try {
    await open.tokens.token(signal);
  } catch (error) {
    return yield problemOf('token', error);
  }
  yield* checkEnd(endOfCredential(options, tenant.tokens), Date.now());
  yield* checkCloud(options);
  yield* checkPermissions(tenant, options);
  for (const query of options.feeds) {
    try {
      const found = await findOne(tenant, options, query, signal);
      const nothing = isSliced(query) ? 'there is nothing in the last day' : 'there is nothing in it';
      yield ok(query.name, found ? 'It can be read.' : `It can be read; ${nothing}.`);
    } catch (error) {
      signal.throwIfAborted();
      yield problemOf(query.name, error);
    }
  }
}

/** True where there is a record of the last day, or, of what has no time, any at all. */
async function findOne(tenant: OpenGraph, options: GraphOptions, query: FeedQuery, signal: AbortSignal) {
  const to = wholeSecondOf(tenant.skew.now() - options.delayMs);
  const { maximumRecordBytes, logType } = options;
  const records = isSliced(query)
    ? readSliceRecords({ tenant, options, query }, { from: to - dayMs, to }, signal, 1)
    : readRecords(
        { api: tenant.api, maximumRecordBytes },
        { feed: feedOf(logType, tenant.tenantId, query.name), query },
        signal,
      );
  for await (const _ of records) return true;
  return false;
}

function* checkCloud({ logType, cloud }: GraphOptions): Generator<Finding> {
  if (logType.clouds.includes(cloud)) return;
  yield problem(
    'cloud',
    `Microsoft does not offer ${logType.title} in the cloud ${cloud}.`,
    `Remove the stream, or correct cloud: it is in ${logType.clouds.join(', ')}.`,
  );
}

function* checkPermissions(
  { tokens, hosts }: OpenGraph,
  { logType, feeds }: GraphOptions,
): Generator<Finding> {
  const { claims } = tokens;
  const left =
    claims?.expiresAt === undefined
      ? ''
      : `, for ${Math.round((claims.expiresAt - Date.now()) / minuteMs)} minutes`;
  yield ok('token', `${new URL(hosts.login).host} issued one for ${new URL(hosts.graph).host}${left}.`);
  if (!claims) return yield note('roles', 'The token cannot be read, so its roles are not known.');
  const needed = [...new Set(feeds.flatMap((query) => permissionsOf(logType, query)))];
  const lacking = needed.filter((permission) => !claims.roles.includes(permission));
  if (lacking.length === 0) return yield ok('roles', `The token carries ${needed.join(' and ')}.`);
  yield problem(
    'roles',
    `The token carries no ${lacking.join(' and no ')}, which ${logType.title} need.`,
    `In Entra: App registrations > API permissions > Microsoft Graph > Application permissions > ${lacking.join(', ')}, then "Grant admin consent". It counts from the next token on.`,
  );
}

/** Origins for a firewall, with their ports. */
export function graphHostsToAllow({ cloud, hosts }: GraphOptions): readonly string[] {
  const { login, graph } = graphHostsFor(cloud, hosts);
  return [login, graph].map((origin) => {
    const { hostname, port, protocol } = new URL(origin);
    return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  });
}
