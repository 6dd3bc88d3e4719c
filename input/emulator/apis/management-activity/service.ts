// The service behind the Management Activity API: the answer that each operation gets for whom, and what a client did
// wrong in asking.

import type { ApiEnvironment, ApiRequest, Served } from '../../api.ts';
import {
  answerJson,
  answerText,
  answerUnauthorized,
  type HttpAnswer,
  jsonType,
} from '../../server/answer.ts';
import type { Route } from '../../server/route.ts';
import { checkBearer } from '../../tokens/bearer.ts';
import { answerAf } from './af-errors.ts';
import { answerAuditingOff } from './auditing-off.ts';
import { isContentType, readContentId } from './content/blob.ts';
import type { ContentType } from './content/content-type.ts';
import { describeServedBlob } from './content/served-blob.ts';
import { answerListing } from './listing.ts';
import { formatFeedRoot } from './routes.ts';
import type { ActivityTenant } from './tenant.ts';

export interface ServiceOptions {
  readonly environment: ApiEnvironment;
  /** The tenants by GUID. */
  readonly tenants: ReadonlyMap<string, ActivityTenant>;
  /** The number of blobs on a page of a listing. */
  readonly pageSize: number;
  readonly refusesWholeDay: boolean;
}

interface AdmittedClient {
  readonly tenant: ActivityTenant;
  /** The roles in its token. */
  readonly roles: readonly string[];
}

/** Misuse of this API, as the request log counts it. */
type ActivityMisuse =
  | 'missing-publisher-identifier'
  | 'token-of-another-tenant'
  /** A subscription was started within 15 minutes of its last start, or although it is enabled. */
  | 'needless-start'
  | 'window-refused'
  /** A request came within the time that Retry-After asked for. */
  | 'ignored-retry-after';

const report = ({ reportMisuse }: ApiRequest, misuse: ActivityMisuse): void => reportMisuse(misuse);

const guidPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export class Service {
  private readonly options: ServiceOptions;
  private readonly notBefore = new Map<ActivityTenant, number>();

  constructor(options: ServiceOptions) {
    this.options = options;
  }

  /** Answers a request that one of this API's routes matches. */
  serve(request: ApiRequest): Served {
    const admitted = this.admit(request);
    if ('answer' in admitted) return admitted;
    const { tenant, roles } = admitted;
    const { route } = request;
    if (!route.publisherIdentifier) report(request, 'missing-publisher-identifier');
    const throttled = this.throttle(tenant, request);
    if (throttled) return { answer: throttled };
    if (route.operation === 'list') return { answer: tenant.subscriptions.list() };
    if (route.operation === 'blob') return this.serveBlob(tenant, roles, route.contentId ?? '');
    const contentType = route.contentType;
    if (contentType === undefined) return { answer: answerAf('AF20001') };
    if (!isContentType(contentType)) return { answer: answerAf('AF20020') };
    const refusal = refuseRole(roles, contentType);
    return { answer: refusal ?? this.serveContentType(tenant, contentType, request) };
  }

  private serveContentType(
    tenant: ActivityTenant,
    contentType: ContentType,
    request: ApiRequest,
  ): HttpAnswer {
    const { route } = request;
    const now = this.options.environment.now();
    if (route.operation === 'stop') return tenant.subscriptions.stop(contentType, now);
    if (route.operation === 'start') {
      if (!tenant.settings.auditing) return answerAuditingOff(tenant.tenantId, contentType);
      const answer = tenant.subscriptions.start(contentType, now);
      if (answer.status !== 200) report(request, 'needless-start');
      return answer;
    }
    const answer = this.list(tenant, contentType, route, now);
    if (answer.status === 400) report(request, 'window-refused');
    return answer;
  }

  private list(tenant: ActivityTenant, contentType: ContentType, route: Route, now: number): HttpAnswer {
    const subscription = tenant.subscriptions.get(contentType);
    const feed = tenant.feeds.get(contentType);
    if (!subscription || !feed) return answerAf('AF20022');
    if (!subscription.enabled) return answerAf('AF20023');
    const { auditing, firstContentAfterMs, content } = tenant.settings;
    if (!auditing || now < subscription.startedAt + firstContentAfterMs) return answerJson(200, []);
    const { environment, pageSize, refusesWholeDay } = this.options;
    return answerListing(feed, route.query, now, {
      pageSize,
      refusesWholeDay,
      root: formatFeedRoot(environment.url(), tenant.tenantId),
      habits: content.habits,
      seed: environment.seed,
    });
  }

  private serveBlob(tenant: ActivityTenant, roles: readonly string[], contentId: string): Served {
    const contentType = readContentId(contentId)?.contentType;
    if (!contentType) return { answer: answerAf('AF20052') };
    const refusal = refuseRole(roles, contentType);
    if (refusal) return { answer: refusal };
    const now = this.options.environment.now();
    if (tenant.subscriptions.get(contentType)?.enabled === false) return { answer: answerAf('AF20023') };
    const blob = tenant.feeds.get(contentType)?.find(contentId, now);
    if (!blob) return { answer: answerAf('AF20050') };
    if (now >= blob.expires) return { answer: answerAf('AF20051') };
    return {
      answer: answerText(200, blob.body(), jsonType),
      records: describeServedBlob(blob, tenant.tenantId),
    };
  }

  /** Finds the tenant in the address, once the token is found to be for it. */
  private admit(request: ApiRequest): AdmittedClient | Served {
    const { route } = request;
    const claims = checkBearer(this.options.environment.tokens, request);
    if (!claims) return { answer: answerUnauthorized() };
    if (!guidPattern.test(route.tenant ?? '')) return { answer: answerAf('AF20013') };
    if (claims.tid !== route.tenant?.toLowerCase()) {
      report(request, 'token-of-another-tenant');
      return { answer: answerAf('AF20010') };
    }
    const tenant = this.options.tenants.get(claims.tid);
    if (!tenant) return { answer: answerAf('AF20011') };
    // Roles are fixed when a token is issued: consent given later takes a new token.
    return claims.roles.includes('ActivityFeed.Read')
      ? { tenant, roles: claims.roles }
      : { answer: refusePermission(claims.roles, 'ActivityFeed.Read') };
  }

  private throttle(tenant: ActivityTenant, request: ApiRequest): HttpAnswer | undefined {
    const { route } = request;
    const now = this.options.environment.now();
    if (now < (this.notBefore.get(tenant) ?? 0)) report(request, 'ignored-retry-after');
    const answer = tenant.throttle.check(
      tenant.settings.requestsPerMinute,
      now,
      route.operation,
      route.publisherIdentifier,
    );
    const seconds = answer?.headers['Retry-After'];
    if (seconds !== undefined) this.notBefore.set(tenant, now + Number(seconds) * 1000);
    return answer;
  }
}

function refuseRole(roles: readonly string[], contentType: ContentType): HttpAnswer | undefined {
  const allowed = contentType !== 'DLP.All' || roles.includes('ActivityFeed.ReadDlp');
  return allowed ? undefined : refusePermission(roles, 'ActivityFeed.ReadDlp');
}

const refusePermission = (roles: readonly string[], wanted: string): HttpAnswer =>
  answerAf('AF10001', {
    message: `The permission set (${roles.join(' ')}) sent in the request did not include the expected permission ${wanted}.`,
  });
