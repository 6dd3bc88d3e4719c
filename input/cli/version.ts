// Reads the version of this package.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
  );
  const version = typeof manifest === 'object' && manifest && 'version' in manifest ? manifest.version : '';
  return String(version);
}
