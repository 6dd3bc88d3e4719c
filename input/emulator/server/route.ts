// Finds the operation that a request asks for, from its method and address alone, in the routes of the APIs.

/** The names by which the request log and fault plans know a request beyond its operation and tenant. */
export interface RequestLabels {
  /** The feed that is asked for, such as a content type of the Management Activity API. */
  readonly contentType?: string | undefined;
  /** The batch of records that is asked for, such as a content blob. */
  readonly contentId?: string | undefined;
  /** The publisher as which a client of the Management Activity API counts its requests. */
  readonly publisherIdentifier?: string | undefined;
}

export interface Route extends RequestLabels {
  /** An operation of an API, or `other` when no route matches. */
  readonly operation: string;
  readonly method: string;
  /** The path with its query, as received. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The tenant as written in the address: a GUID, a domain, or wrong. */
  readonly tenant: string | undefined;
}

/** The part of an API that routing needs. */
export interface Routable {
  readonly routes: readonly { readonly operation: string; readonly method: string; readonly path: RegExp }[];
  readLabels?(parts: Readonly<Record<string, string>>, query: URLSearchParams): RequestLabels;
}

export const otherOperation = 'other';

/** Lists the operations of all APIs, as fault plans may name them. */
export const listOperations = (apis: readonly Routable[]): string[] => [
  ...apis.flatMap(({ routes }) => routes.map(({ operation }) => operation)),
  otherOperation,
];

export function readRoute(apis: readonly Routable[], method: string, target: string): Route {
  const { pathname: path, searchParams: query } = new URL(target, 'http://emulator');
  const found = findRoute(apis, method, path);
  return {
    operation: found?.operation ?? otherOperation,
    method,
    target,
    path,
    query,
    tenant: found?.parts.tenant,
    ...readLabels(apis, found, query),
  };
}

/** The API that answers reads the labels. A request that none answers, or one without labels, is read by all of them. */
function readLabels(
  apis: readonly Routable[],
  found: FoundRoute | undefined,
  query: URLSearchParams,
): RequestLabels {
  if (found?.api.readLabels) return found.api.readLabels(found.parts, query);
  return Object.assign({}, ...apis.map((api) => api.readLabels?.({}, query)).toReversed());
}

interface FoundRoute {
  readonly api: Routable;
  readonly operation: string;
  readonly parts: Readonly<Record<string, string>>;
}

function findRoute(apis: readonly Routable[], method: string, path: string): FoundRoute | undefined {
  for (const api of apis) {
    for (const route of api.routes) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match) return { api, operation: route.operation, parts: decodeParts(match.groups ?? {}) };
    }
  }
  return undefined;
}

const decodeParts = (groups: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
