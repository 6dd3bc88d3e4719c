// Brings what services write as a status to one spelling: "In Progress", "in_progress" and "InProgress" are one word.

import { trimText } from './converters/keyword.ts';

/** The key is in lower case, without what stands between words; a number keeps its sign. */
export function statusKey(text: string): string {
  const word = trimText(text).toLowerCase();
  return word.startsWith('-') ? word : word.replace(/[ _-]/g, '');
}
