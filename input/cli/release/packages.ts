// Lists the packages of which a bundle holds something, with what the lock file and the packages say about themselves.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../pipelines/json/unknown.ts';
import { ownPath, readOwnText } from '../../../pipelines/own-files.ts';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** The digest of its archive as the lock file has it: `sha512-` and base64. */
  readonly integrity: string;
  /** The folder, by its path in the repository. */
  readonly folder: string;
  /** The folders of those bundled packages that it uses. */
  readonly uses: readonly string[];
}

/** Takes the paths of the files in a bundle. Throws where a package does not say its licence. */
export function listPackages(inputs: readonly string[]): readonly BundledPackage[] {
  const lock = readLock();
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  return [...folders].toSorted().map((folder) => describe(folder, folders, lock));
}

/** The innermost package of a file's path. */
function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

type Lock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function readLock(): Lock {
  const lock: { packages: Lock } = JSON.parse(readOwnText('package-lock.json'));
  return lock.packages;
}

function describe(folder: string, bundled: ReadonlySet<string>, lock: Lock): BundledPackage {
  const { version, license, integrity, dependencies } = lock[folder] ?? {};
  if (typeof version !== 'string' || typeof license !== 'string' || typeof integrity !== 'string')
    throw new Error(`package-lock.json does not say version, licence and digest of ${folder}`);
  const names = isObject(dependencies) ? Object.keys(dependencies) : [];
  return {
    name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    license,
    integrity,
    folder,
    uses: names.flatMap((name) => findFrom(folder, name, bundled) ?? []).toSorted(),
  };
}

/** As Node looks for it: in the package itself, then further and further out. */
function findFrom(folder: string, name: string, bundled: ReadonlySet<string>): string | undefined {
  const own = `${folder}/node_modules/${name}`;
  if (bundled.has(own)) return own;
  const outer = packageFolder(folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1)));
  if (outer !== undefined) return findFrom(outer, name, bundled);
  return bundled.has(`node_modules/${name}`) ? `node_modules/${name}` : undefined;
}

/** Reads the texts of a package's licence and notices. */
export function readLicenses({ folder }: BundledPackage): string[] {
  const files = readdirSync(ownPath(folder)).filter((name) => /^(?:licen[cs]e|copying|notice)\b/i.test(name));
  return files.toSorted().map((name) => readFileSync(join(ownPath(folder), name), 'utf8').trim());
}
