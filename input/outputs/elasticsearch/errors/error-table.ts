// A table of Elasticsearch's errors, with what each means and what to do about it: for single documents of a bulk request,
// for whole requests, and for `check`. outcomes.ts and elasticsearch-error.ts say what then becomes of documents.

export type ErrorCategory =
  | 'starting'
  | 'blocked'
  | 'credentials'
  | 'licence'
  | 'privilege'
  | 'busy'
  | 'template'
  | 'pipeline'
  | 'shards'
  | 'too-large'
  /** The document is wrong, or one document of the request. */
  | 'document'
  /** Elasticsearch itself failed. The cause of a single document's failure may be the document all the same. */
  | 'server'
  /** The server is no Elasticsearch, or something in between refuses. */
  | 'address';

/** An error as Elasticsearch reported it. */
export interface ReportedError {
  readonly status: number;
  /** The name of the error; empty where the answer was not Elasticsearch's. */
  readonly type: string;
  readonly reason: string;
  readonly about: 'document' | 'request';
}

export interface ErrorDiagnosis {
  readonly category: ErrorCategory;
  readonly advice: string;
  /** True when nothing gets better until somebody acts; other errors pass by themselves. */
  readonly needsOperator: boolean;
}

interface ErrorRule extends ErrorDiagnosis {
  readonly matches: (error: ReportedError) => boolean;
}

const documentsWait = 'Documents wait until then; none is lost.';
const keyAdvice =
  'Put a valid api_key (or username and password) into the output; `m365 check` prints the smallest key that does.';

const isBlock = ({ type }: ReportedError) => type === 'cluster_block_exception';
const isRefusal = ({ status, type }: ReportedError) => status === 403 || (status === 401 && type !== '');

/** Patterns of the reason of a 401, each with what it means. */
const refusedCredentials: readonly (readonly [RegExp, string])[] = [
  [/invalidated/, 'The API key was invalidated: create another.'],
  [/expired/, 'The API key has expired: create another.'],
  [
    /unable to find ap[ei]/,
    'This cluster has no such API key: it was deleted, or hosts name another cluster than the key is for.',
  ],
  [/invalid credentials/, 'The API key is there, but its secret is another one.'],
  [/unable to authenticate user/, 'User name or password are wrong.'],
  [/(?:)/, ''],
];

/** The rules in order: the first that matches counts. */
const rules: readonly ErrorRule[] = [
  {
    matches: (error) =>
      error.type === 'master_not_discovered_exception' ||
      (isBlock(error) &&
        (error.status === 503 || /SERVICE_UNAVAILABLE|no master|state not recovered/.test(error.reason))),
    category: 'starting',
    advice: 'Elasticsearch is starting, or has no elected master just now; it is tried again.',
    needsOperator: false,
  },
  {
    matches: (error) => isBlock(error) && /TOO_MANY_REQUESTS|flood-stage/.test(error.reason),
    category: 'blocked',
    advice: `Its disk is full, so Elasticsearch has made it read-only: free disk space or add some, and the block goes by itself. ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: (error) => isBlock(error) && /cluster read-only/.test(error.reason),
    category: 'blocked',
    advice: `Somebody has made the whole cluster read-only: set cluster.blocks.read_only and cluster.blocks.read_only_allow_delete to null (PUT _cluster/settings), once the reason is gone. ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: isBlock,
    category: 'blocked',
    advice: `Lift the block: free disk space where it is full, or remove the block of the index (index.blocks.* in its settings). ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: ({ type }) => type === 'index_closed_exception',
    category: 'blocked',
    advice: `Open the index again, or roll the data stream over. ${documentsWait}`,
    needsOperator: true,
  },
  ...refusedCredentials.map(
    ([why, first]): ErrorRule => ({
      matches: ({ status, reason }) => status === 401 && why.test(reason),
      category: 'credentials',
      advice: `${first} ${keyAdvice}`.trim(),
      needsOperator: true,
    }),
  ),
  {
    matches: (error) => isRefusal(error) && /license is non-compliant/.test(error.reason),
    category: 'licence',
    advice: `The licence of the cluster has ended or lacks this: renew it. ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: (error) => isRefusal(error) && error.type !== '',
    category: 'privilege',
    advice: 'The key lacks a privilege for it; `m365 check` names it and prints the smallest key that does.',
    needsOperator: true,
  },
  {
    matches: ({ status }) => status === 403,
    category: 'address',
    advice:
      'That is not Elasticsearch’s answer: a proxy or firewall in between refuses. Check hosts and proxy_url of the output.',
    needsOperator: true,
  },
  {
    matches: ({ status }) => status === 429 || status === 503,
    category: 'busy',
    advice: 'Elasticsearch is busy; it is tried again, more slowly.',
    needsOperator: false,
  },
  {
    matches: ({ status, type, about }) =>
      ['index_not_found_exception', 'invalid_index_name_exception'].includes(type) ||
      (status === 404 && about === 'document'),
    category: 'template',
    advice: `Run \`m365 setup\`, or install the package in Kibana. ${documentsWait}`,
    needsOperator: true,
  },
  {
    // This comes when a backing index has to be made and the cluster may hold no more shards.
    matches: ({ type }) => type === 'validation_exception',
    category: 'shards',
    advice: `Delete indices that are no longer needed, or raise cluster.max_shards_per_node. ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: ({ reason }) => /pipeline with id \[.*\] does not exist|non-existent pipeline \[/.test(reason),
    category: 'pipeline',
    advice: `Put the ingest pipelines back in place: run \`m365 setup\`, or install the package again in Kibana. ${documentsWait}`,
    needsOperator: true,
  },
  {
    matches: ({ status, about }) => status === 413 && about === 'request',
    category: 'too-large',
    advice: 'Lower bulk_max_bytes of the output, or raise the limit of the proxy in between.',
    needsOperator: true,
  },
  {
    matches: (error) =>
      error.about === 'document'
        ? error.status === 400 || error.status === 413
        : error.status === 400 && isSpoiltByDocument(error),
    category: 'document',
    advice: 'The document is refused as it is.',
    needsOperator: false,
  },
  {
    matches: ({ status, about }) => about === 'document' || status === 408 || status >= 500 || status === 0,
    category: 'server',
    advice: 'It is tried again.',
    needsOperator: false,
  },
  {
    matches: () => true,
    category: 'address',
    advice: 'Check hosts of the output, and that a proxy in between lets bulk requests through.',
    needsOperator: true,
  },
];

export function explainError(error: ReportedError): ErrorDiagnosis {
  const { category, advice, needsOperator } = rules.find(({ matches }) => matches(error)) ?? unknown;
  return { category, advice, needsOperator };
}

const unknown: ErrorDiagnosis = { category: 'server', advice: 'It is tried again.', needsOperator: false };

/** True when one document spoils the request: an `_id` past the limit, or a line break inside a document. */
function isSpoiltByDocument({ type, reason }: ReportedError): boolean {
  return (
    ['action_request_validation_exception', 'json_parse_exception', 'x_content_parse_exception'].includes(
      type,
    ) || /action\/metadata line/i.test(reason)
  );
}

/** Returns a code for the error, by which the same one is known again. */
export function codeOf(error: ReportedError, { category }: ErrorDiagnosis): string {
  if (category === 'server' && error.about === 'document') return error.type;
  const byStatus: readonly ErrorCategory[] = ['credentials', 'server', 'address', 'too-large', 'document'];
  return `elasticsearch-${byStatus.includes(category) ? error.status : category}`;
}
