// The fields of Elastic's package for Office 365, as they are published: undefined where the file is not beside the repository.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ElasticReference {
  readonly fields: Readonly<Record<string, string>>;
  /** One pattern each. */
  readonly dynamic: readonly Readonly<Record<string, string>>[];
}

const file = join(import.meta.dirname, '../../../shared/reference/elastic-o365-fields.json');

export const reference: ElasticReference | undefined = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : undefined;
