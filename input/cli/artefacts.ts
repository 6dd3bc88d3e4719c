// Every generated file: its path from the root of the repository and its text.

import { readDefinitions } from '../../pipelines/language/index.ts';

export interface Artefact {
  readonly path: string;
  readonly text: string;
}

export function listArtefacts(): Artefact[] {
  const definitions = readDefinitions();
  return [{ path: 'pipelines/generated/definitions.json', text: `${JSON.stringify(definitions)}\n` }];
}
