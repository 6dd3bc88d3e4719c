// Remembers what each version of the package makes of its data streams, as digests of field types and pipelines, and finds
// the oldest version whose templates and pipelines are still those that today's documents are written for. A version is
// recorded anew until the next one is begun: whoever changes fields or pipelines after a release raises the version first.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparePackageVersions } from '../../../settings/installed-package/compare-versions.ts';
import { allFields } from '../data-streams.ts';
import type { PackageDataStream } from '../package-data-stream.ts';
import { compact } from '../package-files.ts';

/** Digests by the folder of the data stream. */
type VersionRecord = Readonly<Record<string, string>>;

/** By version. */
export type VersionRecords = Readonly<Record<string, VersionRecord>>;

const recordsFile = join(import.meta.dirname, 'versions.json');

export function readRecords(): VersionRecords {
  const { versions } = JSON.parse(readFileSync(recordsFile, 'utf8'));
  return versions;
}

/** What people read, and what only tells of a field, makes no difference to an index. */
export function recordStreams(streams: readonly PackageDataStream[]): VersionRecord {
  return Object.fromEntries(streams.map((stream) => [stream.name, digest(stream)]));
}

function digest(stream: PackageDataStream): string {
  const fields = allFields(stream)
    .map(({ description: _, example: _example, unit: _unit, ...field }) => compact(field))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const pipelines = [...stream.pipelines].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([fields, pipelines]))
    .digest('hex')
    .slice(0, 32);
}

/** Returns the records with that of `version` replaced, from the oldest to the newest. */
export function addRecord(records: VersionRecords, version: string, record: VersionRecord): VersionRecords {
  const all = Object.entries({ ...records, [version]: record });
  return Object.fromEntries(all.toSorted(([one], [other]) => comparePackageVersions(one, other)));
}

/** The oldest version of an unbroken run up to `version` in which these data streams are the same. */
export function findNeeded(records: VersionRecords, version: string, streams: readonly string[]): string {
  let needed = version;
  for (const [earlier, record] of Object.entries(records).toReversed()) {
    if (comparePackageVersions(earlier, version) > 0) continue;
    if (streams.some((name) => record[name] !== records[version]?.[name])) break;
    needed = earlier;
  }
  return needed;
}
