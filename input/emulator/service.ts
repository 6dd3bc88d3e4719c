// Microsoft's side of the emulator: which answer each operation gets, for whom, and what a client did wrong in asking.

import { type Answer, answerAf, answerJson, answerText, answerUnauthorized, jsonType } from './answer.ts';
import { answerAuditingOff } from './auditing-off.ts';
import { type ContentBlob, isContentType, readContentId } from './content/blob.ts';
import type { ContentType } from './content/content-type.ts';
import { answerListing } from './listing.ts';
import type { EmulatorOptions } from './options.ts';
import type { LoggedRequest } from './requests.ts';
import type { Route } from './routes.ts';
import type { Tenant } from './tenant.ts';
import type { TokenIssuer } from './tokens/token.ts';

export interface Incoming {
  readonly route: Route;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Takes the misuse that is found. */
  readonly log: LoggedRequest;
}

export interface Served {
  readonly answer: Answer;
  /** The blob whose body it is. */
  readonly blob?: ContentBlob;
}

export interface ServiceOptions {
  readonly url: string;
  readonly seed: number;
  readonly tenants: readonly Tenant[];
  readonly issuer: TokenIssuer;
  readonly now: () => number;
  readonly settings: Required<Pick<EmulatorOptions, 'pageSize' | 'refusesWholeDay'>>;
}

interface Admitted {
  readonly tenant: Tenant;
  /** Of the token. */
  readonly roles: readonly string[];
}

const guidPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export class Service {
  private readonly options: ServiceOptions;
  private readonly notBefore = new Map<Tenant, number>();

  constructor(options: ServiceOptions) {
    this.options = options;
  }

  /** By GUID or verified domain. */
  findTenant(text: string | undefined): Tenant | undefined {
    const wanted = text?.toLowerCase();
    return this.options.tenants.find(
      ({ settings }) => settings.tenantId === wanted || settings.domain === wanted,
    );
  }

  async serve(incoming: Incoming): Promise<Served> {
    const { route } = incoming;
    if (route.query.has('client_secret')) incoming.log.misuse.push('secret-in-address');
    switch (route.operation) {
      case 'token':
        return { answer: await this.issueToken(incoming) };
      case 'openid':
        return {
          answer: this.options.issuer.describeOpenId(
            this.findTenant(route.tenant)?.settings,
            route.tenant ?? '',
          ),
        };
      case 'other':
        return {
          answer: answerText(404, '<html><body>Not found.</body></html>', { 'Content-Type': 'text/html' }),
        };
      default:
        return this.serveFeed(incoming);
    }
  }

  private issueToken({ route, authorization, body }: Incoming): Promise<Answer> {
    return this.options.issuer.answer({
      tenant: this.findTenant(route.tenant)?.settings,
      tenantText: route.tenant ?? '',
      form: new URLSearchParams(body),
      authorization,
      endpoint: this.options.url + route.path,
      firstVersion: !route.path.includes('/v2.0/'),
    });
  }

  private serveFeed(incoming: Incoming): Served {
    const admitted = this.admit(incoming);
    if ('answer' in admitted) return admitted;
    const { tenant, roles } = admitted;
    const { route, log } = incoming;
    if (!log.publisherIdentifier) log.misuse.push('missing-publisher-identifier');
    const throttled = this.throttle(tenant, incoming);
    if (throttled) return { answer: throttled };
    if (route.operation === 'list') return { answer: tenant.subscriptions.list() };
    if (route.operation === 'blob') return this.serveBlob(tenant, roles, route.contentId ?? '');
    const contentType = route.contentType;
    if (contentType === undefined) return { answer: answerAf('AF20001') };
    if (!isContentType(contentType)) return { answer: answerAf('AF20020') };
    const refusal = refuseRole(roles, contentType);
    return { answer: refusal ?? this.serveContentType(tenant, contentType, incoming) };
  }

  private serveContentType(tenant: Tenant, contentType: ContentType, { route, log }: Incoming): Answer {
    const now = this.options.now();
    if (route.operation === 'stop') return tenant.subscriptions.stop(contentType, now);
    if (route.operation === 'start') {
      if (!tenant.settings.auditing) return answerAuditingOff(tenant.settings.tenantId, contentType);
      const answer = tenant.subscriptions.start(contentType, now);
      if (answer.status !== 200) log.misuse.push('needless-start');
      return answer;
    }
    const answer = this.list(tenant, contentType, route, now);
    if (answer.status === 400) log.misuse.push('window-refused');
    return answer;
  }

  private list(tenant: Tenant, contentType: ContentType, route: Route, now: number): Answer {
    const subscription = tenant.subscriptions.get(contentType);
    const feed = tenant.feeds.get(contentType);
    if (!subscription || !feed) return answerAf('AF20022');
    if (!subscription.enabled) return answerAf('AF20023');
    const { auditing, firstContentAfterMs, tenantId, content } = tenant.settings;
    if (!auditing || now < subscription.startedAt + firstContentAfterMs) return answerJson(200, []);
    const { settings, seed, url } = this.options;
    return answerListing(feed, route.query, now, {
      ...settings,
      root: `${url}/api/v1.0/${tenantId}/activity/feed`,
      habits: content.habits,
      seed,
    });
  }

  private serveBlob(tenant: Tenant, roles: readonly string[], contentId: string): Served {
    const contentType = readContentId(contentId)?.contentType;
    if (!contentType) return { answer: answerAf('AF20052') };
    const refusal = refuseRole(roles, contentType);
    if (refusal) return { answer: refusal };
    const now = this.options.now();
    if (tenant.subscriptions.get(contentType)?.enabled === false) return { answer: answerAf('AF20023') };
    const blob = tenant.feeds.get(contentType)?.find(contentId, now);
    if (!blob) return { answer: answerAf('AF20050') };
    if (now >= blob.expires) return { answer: answerAf('AF20051') };
    return { answer: answerText(200, blob.body(), jsonType), blob };
  }

  /** The tenant in the address, once the token is found to be for it. */
  private admit({ route, authorization, log }: Incoming): Admitted | Served {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const claims = token === undefined ? undefined : this.options.issuer.read(token);
    if (!claims) {
      if (token === undefined) log.misuse.push('no-token');
      return { answer: answerUnauthorized() };
    }
    if (this.options.issuer.isExpired(claims)) {
      log.misuse.push('expired-token');
      return { answer: answerUnauthorized() };
    }
    if (!guidPattern.test(route.tenant ?? '')) return { answer: answerAf('AF20013') };
    if (claims.tid !== route.tenant?.toLowerCase()) {
      log.misuse.push('token-of-another-tenant');
      return { answer: answerAf('AF20010') };
    }
    const tenant = this.findTenant(route.tenant);
    if (!tenant) return { answer: answerAf('AF20011') };
    // Roles are fixed when a token is issued: consent given later takes a new token.
    return claims.roles.includes('ActivityFeed.Read')
      ? { tenant, roles: claims.roles }
      : { answer: refusePermission(claims.roles, 'ActivityFeed.Read') };
  }

  private throttle(tenant: Tenant, { route, log }: Incoming): Answer | undefined {
    const now = this.options.now();
    if (now < (this.notBefore.get(tenant) ?? 0)) log.misuse.push('ignored-retry-after');
    const answer = tenant.throttle.check(
      tenant.settings.requestsPerMinute,
      now,
      route.operation,
      log.publisherIdentifier,
    );
    const seconds = answer?.headers['Retry-After'];
    if (seconds !== undefined) this.notBefore.set(tenant, now + Number(seconds) * 1000);
    return answer;
  }
}

function refuseRole(roles: readonly string[], contentType: ContentType): Answer | undefined {
  const allowed = contentType !== 'DLP.All' || roles.includes('ActivityFeed.ReadDlp');
  return allowed ? undefined : refusePermission(roles, 'ActivityFeed.ReadDlp');
}

const refusePermission = (roles: readonly string[], wanted: string): Answer =>
  answerAf('AF10001', {
    message: `The permission set (${roles.join(' ')}) sent in the request did not include the expected permission ${wanted}.`,
  });
