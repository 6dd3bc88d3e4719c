// Makes ids that are the same in every run: Kibana expects the form of a UUID, and a hash of the object's name fills
// it.

import { createHash } from 'node:crypto';

/** Makes a UUID of version 8 (free content) from the words that name a thing. */
export function idOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? '8';
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

export const dashboardId = (id: string): string => `m365-${id}`;

export const searchId = (dashboard: string, question: string): string =>
  `m365-${dashboard}-${idOf(dashboard, question).slice(0, 8)}`;
