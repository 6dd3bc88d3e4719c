// A second API for the tests, as small as an API can be: `GET /v1/items` lists a tenant's items, one more every minute, on
// pages of ten.

import type { ApiEnvironment, ApiRequest, EmulatedApi, Served } from '../../../input/emulator/api.ts';
import { answerJson, answerUnauthorized } from '../../../input/emulator/server/answer.ts';
import { checkBearer } from '../../../input/emulator/tokens/bearer.ts';
import { guidSeries } from '../../../input/emulator/world/random.ts';

export const itemsResource = 'https://items.example';

const minute = 60_000;
const pageLength = 10;

export const itemsApi: EmulatedApi = {
  name: 'items',
  routes: [{ operation: 'items', method: 'GET', path: /^\/v1\/items$/ }],
  audiences: [itemsResource],
  roles: ['Items.Read'],
  faults: { busy: { 'seconds!': { type: 'integer' } } },
  readLabels: (_, query) => ({ contentId: query.get('page') ?? undefined }),
  open: (environment) => ({
    handle: (request) => answerItems(environment, request),
    listFeeds: () => environment.tenants.map(({ account }) => describeFeed(environment, account.tenantId)),
    controls: { 'GET /emulator/items': () => answerJson(200, { pages: countPages(environment) }) },
    answerFault: (fault) =>
      fault.kind === 'busy' && 'seconds' in fault
        ? answerJson(429, { error: 'busy' }, { 'Retry-After': String(fault.seconds) })
        : undefined,
  }),
};

const countItems = ({ now, origin }: ApiEnvironment): number => 25 + Math.floor((now() - origin) / minute);
const countPages = (environment: ApiEnvironment): number => Math.ceil(countItems(environment) / pageLength);

function listIds(environment: ApiEnvironment, tenantId: string, page: number): string[] {
  const guid = guidSeries(environment.seed, 'items', tenantId);
  const first = page * pageLength;
  const count = Math.max(0, Math.min(pageLength, countItems(environment) - first));
  return Array.from({ length: count }, (_, index) => guid(first + index));
}

function describeFeed(environment: ApiEnvironment, tenantId: string) {
  const pages = Array.from({ length: countPages(environment) }, (_, page) => page);
  return {
    tenantId,
    contentType: 'items',
    listBatches: () =>
      pages.map((page) => {
        const ids = () => listIds(environment, tenantId, page);
        return { contentId: String(page), ids, ownIds: ids, unique: true };
      }),
  };
}

function answerItems(environment: ApiEnvironment, request: ApiRequest): Served {
  const claims = checkBearer(environment.tokens, request);
  if (!claims?.roles.includes('Items.Read')) return { answer: answerUnauthorized() };
  const page = Number(request.route.contentId ?? 0);
  const records = listIds(environment, claims.tid, page).map((Id) => JSON.stringify({ Id }));
  const more = page + 1 < countPages(environment);
  const opening = `{"next":${more ? `"${environment.url()}/v1/items?page=${page + 1}"` : null},"value":[`;
  const text = records.join(',');
  return {
    answer: answerJson(200, JSON.parse(`${opening}${text}]}`)),
    records: {
      tenantId: claims.tid,
      contentType: 'items',
      contentId: String(page),
      created: environment.origin,
      opening,
      records: () => [text],
      closing: ']}',
      beginRecord: (id, operation) => `{"Id":"${id}","Operation":"${operation}"`,
    },
  };
}
