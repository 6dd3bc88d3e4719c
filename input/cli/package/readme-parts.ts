// The parts of the package's README that follow from the code: settings, errors, record types, storage.

import type { OwnParts } from './readme.ts';

export function writeReadmeParts(_root: string): OwnParts {
  return {};
}
