// Messages: what their sentences name has to be there.

import type { SentencePart, SentencePath } from '../definitions.ts';
import { resolveField, resolvePath, type Spot } from './names.ts';
import { formatPath } from './path.ts';
import { parseSentence } from './sentence.ts';

export function resolveMessage(text: string | undefined, spot: Spot): SentencePart[] | undefined {
  if (text === undefined) return undefined;
  try {
    const parts = parseSentence(text);
    checkParts(parts, spot);
    return parts;
  } catch (error) {
    spot.report(error instanceof Error ? error.message : String(error));
    return [];
  }
}

function checkParts(parts: readonly SentencePart[], spot: Spot): void {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    if ('group' in part) checkParts(part.group, spot);
    else for (const path of part.paths) checkPath(path, spot);
  }
}

function checkPath(path: SentencePath, spot: Spot): void {
  if ('property' in path) resolvePath(formatPath(path.property), spot);
  else if ('field' in path) resolveField(path.field.join('.'), spot);
}
