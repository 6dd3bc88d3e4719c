// What the key that Fleet issues to an agent may do, and how Elasticsearch refuses everything else: `auto_configure` and
// `create_doc` on the data streams, `monitor` on the cluster. A second key may read and not write. For a server without
// security, on which any request would be carried out.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Answer, Asked } from './fault-proxy.ts';

/** The keys as a policy has them. */
export const createOnlyKey = 'fleet:may-only-create';
export const readingKey = 'analyst:may-only-read';

interface Action {
  readonly name: string;
  readonly matches: RegExp;
  readonly methods: readonly string[];
}

const read = ['GET', 'HEAD'];
const ask = ['GET', 'POST'];
const write = ['POST', 'PUT'];

/** The actions of Elasticsearch by method and path, as far as anybody here asks for them. */
const actions: readonly Action[] = [
  { name: 'cluster:monitor/main', matches: /^\/$/, methods: read },
  { name: 'cluster:monitor/tasks/lists', matches: /^\/_tasks$/, methods: read },
  { name: 'cluster:monitor/nodes/info', matches: /^\/_nodes(\/|$)/, methods: read },
  { name: 'cluster:monitor/state', matches: /^\/_cluster\/(state|health|stats)/, methods: read },
  { name: 'indices:data/write/bulk', matches: /\/_bulk$/, methods: write },
  { name: 'indices:data/write/index:op_type/create', matches: /\/_create\/[^/]+$/, methods: write },
  { name: 'indices:data/read/search', matches: /\/(_search|_count|_msearch)$/, methods: ask },
  { name: 'indices:data/read/open_point_in_time', matches: /\/_pit$/, methods: ['POST', 'DELETE'] },
  { name: 'indices:data/read/get', matches: /\/_(doc|source)\/[^/]+$/, methods: read },
  { name: 'indices:admin/refresh', matches: /\/_refresh$/, methods: ask },
  { name: 'indices:admin/data_stream/get', matches: /^\/_data_stream/, methods: ['GET'] },
  { name: 'indices:admin/mappings/get', matches: /\/_mapping$/, methods: ['GET'] },
  { name: 'indices:admin/index_template/get', matches: /^\/_index_template/, methods: ['GET'] },
  { name: 'indices:admin/rollover', matches: /\/_rollover$/, methods: ['POST'] },
];

interface Rights {
  readonly id: string;
  readonly cluster: readonly string[];
  readonly index: readonly string[];
  readonly allowed: RegExp;
}

const rights: Readonly<Record<string, Rights>> = {
  [createOnlyKey]: {
    id: 'fleet',
    cluster: ['monitor'],
    index: ['auto_configure', 'create_doc'],
    allowed: /^(cluster:monitor\/|indices:data\/write\/(bulk|index:op_type\/create)$)/,
  },
  [readingKey]: {
    id: 'analyst',
    cluster: ['monitor'],
    index: ['read', 'maintenance', 'view_index_metadata'],
    allowed:
      /^(cluster:monitor\/|indices:data\/read\/|indices:admin\/(refresh|data_stream\/get|mappings\/get)$)/,
  },
};

/** The data streams of the tests, and the indices behind them. */
const granted = /^(\.(ds|fs)-)?logs-[^,*]+-[^,*]+$/;

/** Answers a request that the key may not make, and those about the key itself; undefined for one to be carried out. */
export function answerForKey(asked: Asked): Answer | undefined {
  const key = readKey(asked.headers.authorization);
  const own = key === undefined ? undefined : rights[key];
  if (!own)
    return refuse(
      401,
      'unable to authenticate with provided credentials and anonymous access is not allowed',
    );
  const path = asked.path.split('?', 1)[0] ?? '';
  if (path === '/_security/user/_has_privileges') return answerPrivileges(own, asked.body);
  const action = actions.find(({ matches, methods }) => matches.test(path) && methods.includes(asked.method));
  const name = action?.name ?? `unknown:${asked.method} ${path}`;
  if (!own.allowed.test(name)) return refuseAction(own, name);
  const isCluster = name.startsWith('cluster:') || path === '/_pit' || path === '/_search';
  const [, first = '', second = ''] = path.split('/');
  const names = decodeURIComponent(first === '_data_stream' ? second : first).split(',');
  if (!isCluster && !names.every((each) => granted.test(each))) return refuseAction(own, name);
  // Every operation of a bulk request is judged on its own; whoever only creates sends no other.
  if (name === 'indices:data/write/bulk' && !createsOnly(asked.body))
    return refuseAction(own, 'indices:data/write/index');
  return undefined;
}

function readKey(authorization: string | undefined): string | undefined {
  // Most tests say nothing of a key: they deliver with that of Fleet.
  if (authorization === undefined) return createOnlyKey;
  const [scheme, encoded = ''] = authorization.split(' ');
  return scheme === 'ApiKey' ? Buffer.from(encoded, 'base64').toString() : undefined;
}

function createsOnly(body: string): boolean {
  return body
    .split('\n')
    .filter((line, index) => index % 2 === 0 && line !== '')
    .every((line) => {
      const operation: unknown = JSON.parse(line);
      return isObject(operation) && isObject(operation.create) && operation.create._index === undefined;
    });
}

function refuseAction({ id }: Rights, action: string): Answer {
  return refuse(
    403,
    `action [${action}] is unauthorized for API key id [${id}] of user [elastic/fleet-server]`,
  );
}

function refuse(status: number, reason: string): Answer {
  const error = { type: 'security_exception', reason };
  return { status, body: { error: { root_cause: [error], ...error }, status } };
}

function answerPrivileges({ id, cluster, index }: Rights, body: string): Answer {
  const wanted: unknown = JSON.parse(body);
  const all = isObject(wanted) ? wanted : {};
  const judge = (names: unknown, held: readonly string[]) =>
    Object.fromEntries(
      (Array.isArray(names) ? names : []).map((name) => [name, held.includes(String(name))]),
    );
  const entries = (Array.isArray(all.index) ? all.index : []).filter(isObject);
  const byIndex = entries.flatMap(({ names, privileges }) =>
    (Array.isArray(names) ? names : []).map((name) => [String(name), judge(privileges, index)] as const),
  );
  return {
    status: 200,
    body: {
      username: id,
      cluster: judge(all.cluster, cluster),
      index: Object.fromEntries(byIndex),
      application: {},
    },
  };
}
