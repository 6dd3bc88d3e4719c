// Deletes single documents from their backing indices, each only where nothing changed it since it was compared.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Connection } from '../connect/connection.ts';
import type { StoredDocument } from './duplicates.ts';

/** Returns the line of a bulk request that deletes the document. */
export function deleteLine({ index, id, seqNo, primaryTerm }: StoredDocument): string {
  return JSON.stringify({
    delete: { _index: index, _id: id, if_seq_no: seqNo, if_primary_term: primaryTerm },
  });
}

export interface Deleted {
  readonly deleted: number;
  /** The reasons why others were not, one line each. */
  readonly refused: readonly string[];
}

/** Deletes the documents. Throws an ElasticsearchError where the whole request is refused. */
export async function deleteDocuments(
  connection: Connection,
  documents: readonly StoredDocument[],
  signal: AbortSignal,
): Promise<Deleted> {
  const { body } = await connection.send(
    {
      method: 'POST',
      path: '/_bulk',
      query: { refresh: true, filter_path: 'items.delete._id,items.delete.status,items.delete.error' },
      lines: Buffer.from(documents.map((document) => `${deleteLine(document)}\n`).join('')),
      name: 'bulk',
    },
    signal,
  );
  const items: unknown[] = isObject(body) && Array.isArray(body.items) ? body.items : [];
  const outcomes = items.map((item) => (isObject(item) && isObject(item.delete) ? item.delete : {}));
  const refused = outcomes.filter(({ status }) => status !== 200);
  return { deleted: outcomes.length - refused.length, refused: refused.map(describeRefusal) };
}

function describeRefusal({ _id, status, error }: Readonly<Record<string, unknown>>): string {
  const reason = isObject(error) && typeof error.reason === 'string' ? error.reason : String(status);
  return `${String(_id)}: ${reason}`;
}
