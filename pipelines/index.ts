// The ready mapper: the committed record-type definitions, compiled.

import { type Mapper, mapRecord } from './mapper.ts';

export function loadMapper(): Mapper {
  return { map: mapRecord };
}
