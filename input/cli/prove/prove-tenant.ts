// All content types of one tenant proved, each by itself: what cannot be asked for does not hide the others.

import { existsSync } from 'node:fs';
import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { loadReader } from '../../../pipelines/index.ts';
import { describeError } from '../../contract/errors.ts';
import type { ContentLedger, ListedBlob } from '../../contract/state.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import type { StreamPolicy } from '../../settings/policy/policy.ts';
import { feedOf } from '../../sources/management-activity/stream.ts';
import { readDeadLetters } from '../../state/dead-letters/dead-letters.ts';
import { listContent, reachTenant, type Tenant } from '../microsoft.ts';
import { usage } from '../policy-flag.ts';
import { proveRecords, type RecordProof } from './prove-records.ts';
import { compareFeed, type FeedProof, isComplete } from './prove-scope.ts';

export interface TenantProof {
  readonly tenantId: string;
  readonly contentTypes: readonly ContentTypeProof[];
  /** Why nothing at all could be asked; absent where something could. */
  readonly unreached?: string;
}

export type ContentTypeProof =
  | (FeedProof & { readonly byRecords?: RecordProof })
  | {
      readonly contentType: string;
      /** Why it could not be listed. */
      readonly unlisted: string;
      /** True where the application simply has no permission for what is optional. */
      readonly optional: boolean;
    };

export interface Proving {
  readonly ledger: Pick<ContentLedger, 'blobsBetween' | 'gapsBetween'>;
  readonly stateFolder: string;
  readonly window: { readonly from: number; readonly to: number };
  /** Also asks Elasticsearch for every record. */
  readonly records: boolean;
  readonly signal: AbortSignal;
}

export function isProved({ contentTypes, unreached }: TenantProof): boolean {
  if (unreached !== undefined) return false;
  return contentTypes.every((proof) => {
    if ('unlisted' in proof) return proof.optional;
    return isComplete(proof) && (proof.byRecords === undefined || isEachThereOnce(proof.byRecords));
  });
}

function isEachThereOnce({ missingCount, doubled, unread }: RecordProof): boolean {
  return missingCount === 0 && doubled === 0 && unread.length === 0;
}

/** A tenant that cannot be asked does not hide the others. */
export async function proveTenant(stream: StreamPolicy, proving: Proving): Promise<TenantProof> {
  const unreached = (error: unknown): TenantProof => {
    proving.signal.throwIfAborted();
    return { tenantId: stream.source.tenantId, contentTypes: [], unreached: describeError(error) };
  };
  let tenant: Tenant;
  try {
    tenant = await reachTenant(stream.source, proving.signal);
  } catch (error) {
    return unreached(error);
  }
  await using open = tenant;
  try {
    await open.tokens.token(proving.signal);
  } catch (error) {
    return unreached(error);
  }
  return await proveTypes(open, stream, proving);
}

async function proveTypes(tenant: Tenant, stream: StreamPolicy, proving: Proving): Promise<TenantProof> {
  const letters = await countLetters(proving.stateFolder, tenant.tenantId);
  const contentTypes: ContentTypeProof[] = [];
  for (const contentType of stream.source.contentTypes)
    contentTypes.push(await proveType({ ...proving, tenant, stream, letters }, contentType));
  return { tenantId: tenant.tenantId, contentTypes };
}

interface Letters {
  readonly byContent: ReadonlyMap<string, number>;
  readonly ids: ReadonlySet<string>;
}

interface ProvingTenant extends Proving {
  readonly tenant: Tenant;
  readonly stream: StreamPolicy;
  readonly letters: Letters;
}

async function proveType(proving: ProvingTenant, contentType: string): Promise<ContentTypeProof> {
  const { tenant, ledger, window, letters, signal } = proving;
  if (contentType === 'DLP.All' && tenant.tokens.claims?.roles.includes('ActivityFeed.ReadDlp') === false)
    return {
      contentType,
      unlisted: 'not permitted: the application has no ActivityFeed.ReadDlp',
      optional: true,
    };
  const feed = feedOf(tenant.tenantId, contentType);
  const listed = new Map<string, ListedBlob>();
  try {
    for await (const blob of listContent(tenant, feed, window, signal)) listed.set(blob.contentId, blob);
  } catch (error) {
    signal.throwIfAborted();
    return { contentType, unlisted: describeError(error), optional: false };
  }
  const proof = await compareFeed(listed, { ledger, feed, window, letters: letters.byContent });
  return proving.records ? { ...proof, byRecords: await askRecords(proving, contentType, listed) } : proof;
}

async function askRecords(
  { tenant, stream, letters, signal }: ProvingTenant,
  contentType: string,
  listed: ReadonlyMap<string, ListedBlob>,
): Promise<RecordProof> {
  const { output, source, mapping } = stream;
  if (output.type !== 'elasticsearch')
    throw usage(
      `--records asks Elasticsearch, and the output ${output.name} is none.`,
      'Leave it out: the ledger alone is proof for what was acknowledged.',
    );
  const connection = await connect(output.options);
  try {
    return await proveRecords(listed.values(), {
      tenant,
      feed: feedOf(tenant.tenantId, contentType),
      connection,
      dataStream: dataStreamOf(mapping),
      reader: loadReader(mapping.dataset),
      setAside: letters.ids,
      maximumRecordBytes: source.maximumRecordBytes,
      signal,
    });
  } finally {
    await connection.close();
  }
}

/** Dead letters that wait for a replay. */
async function countLetters(stateFolder: string, tenantId: string): Promise<Letters> {
  const byContent = new Map<string, number>();
  const ids = new Set<string>();
  for await (const { origin, id, rawFile } of readDeadLetters(stateFolder)) {
    if (origin.feed.tenant !== tenantId) continue;
    // A letter whose record lay in a file of its own holds nothing without it.
    if (rawFile !== undefined && !existsSync(rawFile)) continue;
    byContent.set(origin.position, (byContent.get(origin.position) ?? 0) + 1);
    if (id !== undefined) ids.add(id);
  }
  return { byContent, ids };
}
