// Microsoft Graph of a running emulator: the logs of every tenant, behind the interface by which the emulator reaches any API.

import type { ApiEnvironment, ApiRequest, RunningApi, Served } from '../../api.ts';
import type { NamedFault } from '../../faults/plan.ts';
import { answerText, type HttpAnswer, jsonType } from '../../server/answer.ts';
import { checkBearer } from '../../tokens/bearer.ts';
import type { TruthFeed } from '../../truth/truth.ts';
import { createWorld } from '../../world/company.ts';
import { findLogKind, type ReadFilter, readFilter } from './filter.ts';
import {
  answerExpiredPage,
  answerNoLicence,
  answerNoPermission,
  answerNoProperty,
  answerNoSegment,
  answerNoToken,
  answerTooMany,
} from './graph-answers.ts';
import { Limits } from './limits.ts';
import { type GraphEntry, GraphLog } from './log.ts';
import type { LogKind } from './log-kind.ts';
import type { GraphServiceOptions, GraphTenantOptions } from './options.ts';
import { Pages } from './pages.ts';
import { logKinds } from './records/index.ts';

export class Graph implements RunningApi {
  private readonly environment: ApiEnvironment;
  private readonly options: NonNullable<GraphServiceOptions['graph']>;
  private readonly tenants: ReadonlyMap<string, ReadonlyMap<string, GraphLog>>;
  private readonly limits = new Limits();
  private readonly pages: Pages;

  constructor(environment: ApiEnvironment) {
    const { graph = {} }: GraphServiceOptions = environment.options;
    this.environment = environment;
    this.options = graph;
    this.tenants = createLogs(environment);
    this.pages = new Pages(graph.pageLifetimeMs ?? 600_000);
  }

  handle(request: ApiRequest): Served {
    const { tokens } = this.environment;
    const claims = checkBearer(tokens, request);
    if (claims === undefined) return { answer: answerNoToken() };
    const { path, query } = request.route;
    const [, version = '', below = ''] = /^\/(v1\.0|beta)\/(.*)$/.exec(path) ?? [];
    const kind = findLogKind(logKinds, { version, path: below, filter: query.get('$filter') ?? '' });
    const log = this.tenants.get(claims.tid)?.get(kind?.name ?? '');
    if (kind === undefined || log?.refused === 'endpoint') return { answer: answerNoSegment(below) };
    if (!kind.permissions.every((permission) => claims.roles.includes(permission)))
      return { answer: answerNoPermission() };
    if (log?.refused === 'licence') return { answer: answerNoLicence() };
    const wait = this.options.limits
      ? this.limits.check(claims.tid, kind.limit, this.environment.now())
      : undefined;
    if (wait !== undefined) return { answer: answerTooMany(wait, this.options.retryAfter ?? true) };
    return this.list({ kind, log, query, target: request.route.path, tenantId: claims.tid });
  }

  *listFeeds(): Generator<TruthFeed> {
    for (const [tenantId, logs] of this.tenants) {
      for (const [contentType, log] of logs) {
        yield {
          tenantId,
          contentType,
          // Of an object that changes every state is true, and the last one is what a complete collection holds.
          listBatches: (now) => [
            {
              contentId: contentType,
              ids: () => truthIds(log, log.listStates(now)),
              ownIds: () => truthIds(log, log.listCurrent(now)),
              unique: true,
            },
          ],
        };
      }
    }
  }

  /** Sends the next page to another host. */
  alterAnswer(fault: NamedFault, answer: HttpAnswer): HttpAnswer {
    if (fault.kind !== 'foreign-page' || typeof answer.body !== 'string') return answer;
    const { environment } = this;
    const body = answer.body.replace(
      `"@odata.nextLink":"${environment.url()}`,
      `"@odata.nextLink":"${environment.foreignUrl()}`,
    );
    return { ...answer, body };
  }

  private list({ kind, log, query, target, tenantId }: Listed): Served {
    const now = this.environment.now();
    const top = Number(query.get('$top') ?? kind.mostPerPage);
    const pageSize = Math.min(top, kind.mostPerPage, this.options.pageSize ?? kind.mostPerPage);
    const [token = '', from = '0'] = (query.get('$skiptoken') ?? '').split('_', 2);
    const filter = readFilter(kind, query.get('$filter') ?? '');
    if (typeof filter === 'string') return { answer: answerNoProperty(filter) };
    const entries = token === '' ? listAll(log, filter, pageSize, now) : this.pages.read(token, now);
    if (entries === undefined) return { answer: answerExpiredPage() };
    const end = Number(from) + pageSize;
    const page = entries.slice(Number(from), end);
    const isLast = end >= entries.length;
    const listing = token === '' && !isLast ? this.pages.begin(entries, now) : token;
    const next = isLast ? undefined : `${listing}_${end}`;
    return this.answer({ kind, log, target, tenantId, query, page, next });
  }

  private answer({ kind, log, target, tenantId, query, page, next }: AnsweredPage): Served {
    const url = this.environment.url();
    const head = {
      '@odata.context': `${url}/v1.0/$metadata#${kind.path}`,
      ...(next !== undefined && { '@odata.nextLink': `${url}${target}?${continueQuery(query, next)}` }),
    };
    const texts = page.map((entry) => JSON.stringify(log?.write(entry)));
    const opening = `${JSON.stringify(head).slice(0, -1)},"value":[`;
    return {
      answer: answerText(200, `${opening}${texts.join(',')}]}`, jsonType),
      records: {
        tenantId,
        contentType: kind.name,
        contentId: kind.name,
        created: page[0]?.time ?? this.environment.now(),
        opening,
        records: () => [texts.join(',')],
        closing: ']}',
        beginRecord: (id, operation) =>
          `{"${kind.idProperty ?? 'id'}":"${id}","${kind.timeProperties[0]}":"${new Date(page[0]?.time ?? 0).toISOString()}","category":"${operation}"`,
      },
    };
  }
}

interface Listed {
  readonly kind: LogKind;
  readonly log: GraphLog | undefined;
  readonly query: URLSearchParams;
  readonly target: string;
  readonly tenantId: string;
}

interface AnsweredPage extends Listed {
  readonly page: readonly GraphEntry[];
  readonly next: string | undefined;
}

/** Listings of several pages may leave something out. */
function listAll(
  log: GraphLog | undefined,
  { from, to }: ReadFilter,
  pageSize: number,
  now: number,
): readonly GraphEntry[] {
  const all = log?.list(from, to, now) ?? [];
  return all.length > pageSize ? (log?.leaveOut(all, pageSize) ?? []) : all;
}

function* truthIds(log: GraphLog, entries: Iterable<GraphEntry>): Generator<string> {
  for (const entry of entries) yield log.truthIdOf(entry);
}

/** Graph's addresses keep the filter and have their token raw. */
function continueQuery(query: URLSearchParams, token: string): string {
  const kept = [...query].filter(([name]) => name !== '$skiptoken');
  return [...kept.map(([name, value]) => `${name}=${encodeURIComponent(value)}`), `$skiptoken=${token}`].join(
    '&',
  );
}

function createLogs({ tenants, seed, origin }: ApiEnvironment): Graph['tenants'] {
  return new Map(
    tenants.map(({ account, options }) => {
      const { graph = {} }: GraphTenantOptions = options;
      const { tenantId, settings } = account;
      const world = createWorld(tenantId, settings.domain, seed);
      const logs = logKinds.flatMap((kind): [string, GraphLog][] => {
        const log = graph[kind.name];
        return log === undefined
          ? []
          : [[kind.name, new GraphLog({ kind, options: log, world, seed, origin })]];
      });
      return [tenantId, new Map(logs)];
    }),
  );
}
