// What services write as a status, in one spelling: "In Progress", "in_progress" and "InProgress" are one word.

import { trimText } from './converters/keyword.ts';

/** In lower case, without what stands between words; a number keeps its sign. */
export function statusKey(text: string): string {
  const word = trimText(text).toLowerCase();
  return word.startsWith('-') ? word : word.replace(/[ _-]/g, '');
}
