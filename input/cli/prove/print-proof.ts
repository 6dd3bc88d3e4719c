// Prints a proof for people: a row for each content type, then whatever is not as it should be.

import type { Gap } from '../../contract/state.ts';
import { paint, printText, table, wrap } from '../terminal/terminal.ts';
import type { FeedProof, OpenItem } from './prove-feed.ts';
import type { RecordProof } from './prove-records.ts';
import { isStored, type StoreProof } from './prove-store.ts';
import type { ContentTypeProof, TenantProof } from './prove-tenant.ts';

const shownOfEach = 5;

export function printProof(
  name: string,
  { contentTypes, unreached }: TenantProof,
  window: { from: number; to: number },
): void {
  printText(`Tenant ${name}\n${minute(window.from)} to ${minute(window.to)}\n`);
  if (unreached === undefined) printTypes(contentTypes);
  else printText(paint('red', wrap(unreached, '  ', '  ')));
}

function printTypes(contentTypes: readonly ContentTypeProof[]): void {
  const listed = contentTypes.flatMap((proof) => ('unlisted' in proof ? [] : [proof]));
  const filters = listed.some(({ records }) => records.filtered > 0);
  const titles = ['content type', 'listed', 'done', 'pending', 'lost', 'missing', 'records', 'twice'];
  const rows = listed.map((proof) => [...drawRow(proof), ...(filters ? [`${proof.records.filtered}`] : [])]);
  printText(table(filters ? [...titles, 'filtered'] : titles, rows));
  for (const proof of contentTypes) printTroubles(proof);
}

function drawRow({ contentType, listed, done, open, records }: FeedProof): string[] {
  const count = (state: OpenItem['state']) => open.filter(({ state: each }) => each === state).length;
  const numbers = [
    listed,
    done,
    count('pending'),
    count('lost'),
    count('missing'),
    records.delivered,
    records.duplicate,
  ];
  return [contentType, ...numbers.map(String)];
}

function printTroubles(proof: ContentTypeProof): void {
  if ('unlisted' in proof) {
    printText(
      paint(proof.optional ? 'gray' : 'red', wrap(`${proof.contentType}: ${proof.unlisted}`, '  ', '    ')),
    );
    return;
  }
  const { contentType, open, deadLetters, lettersGone, gaps, byRecords } = proof;
  for (const state of ['lost', 'missing', 'pending'] as const)
    printSome(
      open.filter(({ state: each }) => each === state).map((item) => describeItem(contentType, item)),
    );
  printSome(gaps.map(describeGap));
  if (deadLetters > 0)
    printSome([
      `${contentType}: ${deadLetters} dead letters wait; mend the cause, then: m365 replay dead-letters`,
    ]);
  if (lettersGone > 0)
    printSome([
      `${contentType}: ${lettersGone} records were kept as dead letters that are no longer there: they are not delivered; fetch them again with m365 replay window`,
    ]);
  if (byRecords) printRecords(contentType, byRecords);
}

function printRecords(
  contentType: string,
  { served, found, filtered, doubled, several, missing, missingCount, unread }: RecordProof,
): void {
  const aside = filtered > 0 ? ` ${filtered} more are left out by the policy.` : '';
  printText(
    `${contentType}: of ${served} distinct records served again, ${found} are in Elasticsearch.${aside}`,
  );
  printSome(
    missing.map((id) => `missing in Elasticsearch: ${id}`),
    missingCount,
  );
  printSome(unread.map((reason) => `not read again: ${reason}`));
  printSome(
    several.map((id) => `more than one document in Elasticsearch: ${id}`),
    doubled,
  );
  if (doubled > 0) printText('  m365 deduplicate names them, and prints the deletes.');
}

/** Prints the documents that the outputs hold, against those that the ledger says were delivered there. */
export function printStores(stores: readonly StoreProof[]): void {
  for (const proof of stores) {
    const line = describeStore(proof);
    printText(isStored(proof) ? line : paint('red', wrap(line, '  ', '    ')));
  }
}

function describeStore({ store, delivered, found, unread }: StoreProof): string {
  if (found === undefined) return `${store}: not looked at: ${unread}`;
  if (found >= delivered) return `${store}: ${found} documents; the ledger says ${delivered} were delivered.`;
  return `${store}: the ledger says that ${delivered} records were delivered, and only ${found} documents are there. Some were deleted or moved; m365 replay window delivers again what is missing.`;
}

/** The first few, and how many more there are. */
function printSome(lines: readonly string[], total = lines.length): void {
  for (const line of lines.slice(0, shownOfEach)) printText(paint('red', wrap(line, '  ', '    ')));
  const more = total - Math.min(lines.length, shownOfEach);
  if (more > 0) printText(paint('red', `  … and ${more} more; --json has them.`));
}

function describeItem(contentType: string, { state, contentId, contentCreated, reason }: OpenItem): string {
  return `${contentType}: ${state}, made ${contentCreated}: ${reason} (${contentId})`;
}

function describeGap({ name, from, to, reason }: Gap): string {
  return `${name}: lost from ${from} to ${to}: ${reason}`;
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
