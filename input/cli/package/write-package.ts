// Writes a package to disk: the source folder and, beside it, the zip that Kibana takes, and its dashboards by
// themselves.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Package } from './assemble-package.ts';
import { writeImportFile } from './kibana-files.ts';
import { zipPackage } from './zip.ts';

export interface WrittenPackage {
  readonly folder: string;
  readonly zip: string;
  /** Undefined of a package without any. */
  readonly dashboards: string | undefined;
}

/** Replaces the files that an earlier run left there. */
export function writePackage(
  { name, version, source, built, savedObjects }: Package,
  target: string,
): WrittenPackage {
  const title = `${name}-${version}`;
  const folder = join(target, title);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of source) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const zip = join(target, `${title}.zip`);
  writeFileSync(zip, zipPackage(title, built));
  const dashboards = savedObjects.length === 0 ? undefined : join(target, `${title}-dashboards.ndjson`);
  if (dashboards !== undefined) writeFileSync(dashboards, writeImportFile(savedObjects));
  return { folder, zip, dashboards };
}
