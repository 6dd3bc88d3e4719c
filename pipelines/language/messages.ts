// Messages: what their sentences name has to be there, and none may tell as done what was not.

import type { Outcome, SentencePart, SentencePath } from '../definitions.ts';
import { resolveField, resolvePath, type Spot } from './names.ts';
import { formatPath } from './path.ts';
import { parseSentence } from './sentence.ts';

/** `outcome` is the only one that the sentence stands for, where there is such a one. */
export function resolveMessage(
  text: string | undefined,
  outcome: Outcome | undefined,
  spot: Spot,
): readonly SentencePart[] | undefined {
  if (text === undefined) return undefined;
  try {
    const { parts, hasVerb } = parseSentence(text);
    if (!hasVerb && outcome === undefined)
      spot.report('no verb is marked: write <did|tried>, or <is> for what holds whatever the outcome');
    checkParts(parts, spot);
    return parts;
  } catch (error) {
    spot.report(error instanceof Error ? error.message : String(error));
    return [];
  }
}

function checkParts(parts: readonly SentencePart[], spot: Spot): void {
  for (const part of parts) {
    if (typeof part === 'string' || 'outcomes' in part) continue;
    if ('group' in part) checkParts(part.group, spot);
    else for (const path of part.paths) checkPath(path, spot);
  }
}

function checkPath(path: SentencePath, spot: Spot): void {
  if ('property' in path) resolvePath(formatPath(path.property), spot);
  else if ('field' in path) resolveField(path.field.join('.'), spot);
  else if (path.when !== undefined) resolvePath(formatPath(path.when.path), spot);
}
