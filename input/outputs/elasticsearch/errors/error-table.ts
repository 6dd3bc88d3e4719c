// What an error of Elasticsearch's means, and what to do about it: one table for single documents of a bulk request, for
// whole requests, and for `check`. What then becomes of documents is outcomes.ts and failure.ts.

export type Trouble =
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
  /** The document is wrong, or one of the request. */
  | 'document'
  /** Elasticsearch itself failed. For a single document it may lie in the document all the same. */
  | 'server'
  /** What answers is no Elasticsearch, or something in between refuses. */
  | 'address';

/** An error as it was answered. */
export interface Said {
  readonly status: number;
  /** Elasticsearch's own name for it; empty where the answer was not Elasticsearch's. */
  readonly type: string;
  readonly reason: string;
  readonly about: 'document' | 'request';
}

export interface Meaning {
  readonly trouble: Trouble;
  readonly advice: string;
  /** Nothing gets better until somebody acts; the rest passes by itself. */
  readonly needsOperator: boolean;
}

interface Row extends Meaning {
  readonly fits: (said: Said) => boolean;
}

const waits = 'Documents wait until then; none is lost.';
const key =
  'Put a valid api_key (or username and password) into the output; `m365 check` prints the smallest key that does.';

const isBlock = ({ type }: Said) => type === 'cluster_block_exception';
const isRefusal = ({ status, type }: Said) => status === 403 || (status === 401 && type !== '');

/** What a 401 says, and what it means. */
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

/** The first row that fits counts. */
const table: readonly Row[] = [
  {
    fits: (said) =>
      said.type === 'master_not_discovered_exception' ||
      (isBlock(said) &&
        (said.status === 503 || /SERVICE_UNAVAILABLE|no master|state not recovered/.test(said.reason))),
    trouble: 'starting',
    advice: 'Elasticsearch is starting, or has no elected master just now; it is tried again.',
    needsOperator: false,
  },
  {
    fits: (said) => isBlock(said) && /TOO_MANY_REQUESTS|flood-stage/.test(said.reason),
    trouble: 'blocked',
    advice: `Its disk is full, so Elasticsearch has made it read-only: free disk space or add some, and the block goes by itself. ${waits}`,
    needsOperator: true,
  },
  {
    fits: (said) => isBlock(said) && /cluster read-only/.test(said.reason),
    trouble: 'blocked',
    advice: `Somebody has made the whole cluster read-only: set cluster.blocks.read_only and cluster.blocks.read_only_allow_delete to null (PUT _cluster/settings), once the reason is gone. ${waits}`,
    needsOperator: true,
  },
  {
    fits: isBlock,
    trouble: 'blocked',
    advice: `Lift the block: free disk space where it is full, or remove the block of the index (index.blocks.* in its settings). ${waits}`,
    needsOperator: true,
  },
  {
    fits: ({ type }) => type === 'index_closed_exception',
    trouble: 'blocked',
    advice: `Open the index again, or roll the data stream over. ${waits}`,
    needsOperator: true,
  },
  ...refusedCredentials.map(
    ([why, first]): Row => ({
      fits: ({ status, reason }) => status === 401 && why.test(reason),
      trouble: 'credentials',
      advice: `${first} ${key}`.trim(),
      needsOperator: true,
    }),
  ),
  {
    fits: (said) => isRefusal(said) && /license is non-compliant/.test(said.reason),
    trouble: 'licence',
    advice: `The licence of the cluster has ended or lacks this: renew it. ${waits}`,
    needsOperator: true,
  },
  {
    fits: (said) => isRefusal(said) && said.type !== '',
    trouble: 'privilege',
    advice: 'The key lacks a privilege for it; `m365 check` names it and prints the smallest key that does.',
    needsOperator: true,
  },
  {
    fits: ({ status }) => status === 403,
    trouble: 'address',
    advice:
      'That is not Elasticsearch’s answer: a proxy or firewall in between refuses. Check hosts and proxy_url of the output.',
    needsOperator: true,
  },
  {
    fits: ({ status }) => status === 429 || status === 503,
    trouble: 'busy',
    advice: 'Elasticsearch is busy; it is tried again, more slowly.',
    needsOperator: false,
  },
  {
    fits: ({ status, type, about }) =>
      ['index_not_found_exception', 'invalid_index_name_exception'].includes(type) ||
      (status === 404 && about === 'document'),
    trouble: 'template',
    advice: `Run \`m365 setup\`, or install the package in Kibana. ${waits}`,
    needsOperator: true,
  },
  {
    // Met when a backing index has to be made and the cluster may hold no more shards.
    fits: ({ type }) => type === 'validation_exception',
    trouble: 'shards',
    advice: `Delete indices that are no longer needed, or raise cluster.max_shards_per_node. ${waits}`,
    needsOperator: true,
  },
  {
    fits: ({ reason }) => /pipeline with id \[.*\] does not exist|non-existent pipeline \[/.test(reason),
    trouble: 'pipeline',
    advice: `Put the ingest pipelines back in place: run \`m365 setup\`, or install the package again in Kibana. ${waits}`,
    needsOperator: true,
  },
  {
    fits: ({ status, about }) => status === 413 && about === 'request',
    trouble: 'too-large',
    advice: 'Lower bulk_max_bytes of the output, or raise the limit of the proxy in between.',
    needsOperator: true,
  },
  {
    fits: (said) =>
      said.about === 'document'
        ? said.status === 400 || said.status === 413
        : said.status === 400 && isSpoiltByDocument(said),
    trouble: 'document',
    advice: 'The document is refused as it is.',
    needsOperator: false,
  },
  {
    fits: ({ status, about }) => about === 'document' || status === 408 || status >= 500 || status === 0,
    trouble: 'server',
    advice: 'It is tried again.',
    needsOperator: false,
  },
  {
    fits: () => true,
    trouble: 'address',
    advice: 'Check hosts of the output, and that a proxy in between lets bulk requests through.',
    needsOperator: true,
  },
];

export function explainError(said: Said): Meaning {
  const { trouble, advice, needsOperator } = table.find(({ fits }) => fits(said)) ?? unknown;
  return { trouble, advice, needsOperator };
}

const unknown: Meaning = { trouble: 'server', advice: 'It is tried again.', needsOperator: false };

/** Elasticsearch refuses the whole request for an `_id` past its limit or a line break inside a document. */
function isSpoiltByDocument({ type, reason }: Said): boolean {
  return (
    ['action_request_validation_exception', 'json_parse_exception', 'x_content_parse_exception'].includes(
      type,
    ) || /action\/metadata line/i.test(reason)
  );
}

/** A name for it, by which the same trouble is known again. */
export function codeOf(said: Said, { trouble }: Meaning): string {
  if (trouble === 'server' && said.about === 'document') return said.type;
  const byStatus: readonly Trouble[] = ['credentials', 'server', 'address', 'too-large', 'document'];
  return `elasticsearch-${byStatus.includes(trouble) ? said.status : trouble}`;
}
