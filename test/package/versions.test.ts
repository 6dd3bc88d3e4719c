// The program knows which version of the package its documents need: the oldest since which neither fields nor pipelines
// have changed.

import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FieldDefinition } from '../../input/cli/package/fields/field-definitions.ts';
import type { PackageDataStream } from '../../input/cli/package/package-data-stream.ts';
import { listRecordedStreams } from '../../input/cli/package/versions/generate-versions.ts';
import {
  addRecord,
  findNeeded,
  readRecords,
  recordStreams,
} from '../../input/cli/package/versions/package-versions.ts';
import { readVersion } from '../../input/cli/version.ts';
import { comparePackageVersions } from '../../input/settings/installed-package/compare-versions.ts';
import { neededVersions, packageVersion } from '../../input/settings/installed-package/versions.generated.ts';

let streams: readonly PackageDataStream[];
beforeAll(() => {
  streams = listRecordedStreams();
});

test('the constants are those of this version, and what is needed is made as what is built', () => {
  expect(packageVersion).toBe(readVersion());
  const records = readRecords();
  const now = recordStreams(streams);
  expect(records[packageVersion]).toEqual(now);
  expect(records[neededVersions.m365 ?? '']).toEqual(now);
  expect(records[neededVersions.m365_collector ?? '']?.collection).toEqual(now.collection);
});

describe('a record of a version', () => {
  const withFields = (change: (field: FieldDefinition) => FieldDefinition) =>
    recordStreams(
      streams.map((stream) => ({
        ...stream,
        fields: { ...stream.fields, 'fields.yml': stream.fields['fields.yml'].map(change) },
      })),
    );

  test('changes with the type of a field, and with a pipeline', () => {
    const before = recordStreams(streams);
    const typed = withFields((field) =>
      field.name.endsWith('.Operation') ? { ...field, type: 'long' } : field,
    );
    expect(typed.audit).not.toBe(before.audit);
    expect(typed.collection).toBe(before.collection);
    const piped = recordStreams(
      streams.map((stream) => ({ ...stream, pipelines: new Map([['default.yml', 'other']]) })),
    );
    expect(piped.collection).not.toBe(before.collection);
  });

  test('does not change with what people read', () => {
    expect(withFields((field) => ({ ...field, description: 'other', example: '1' }))).toEqual(
      recordStreams(streams),
    );
  });
});

describe('what is needed', () => {
  const records = {
    '0.9.0': { audit: 'a', collection: 'a' },
    '0.10.0': { audit: 'b', collection: 'a' },
    '0.11.0': { audit: 'b', collection: 'a' },
    '1.0.0': { audit: 'c', collection: 'c' },
  };

  test('is the oldest version since which nothing has changed', () => {
    expect(findNeeded(records, '0.11.0', ['audit', 'collection'])).toBe('0.10.0');
    expect(findNeeded(records, '0.11.0', ['collection'])).toBe('0.9.0');
    expect(findNeeded(records, '1.0.0', ['collection'])).toBe('1.0.0');
  });

  test('is raised by a change, and not before one', () => {
    const same = addRecord(records, '1.1.0', records['1.0.0']);
    expect(findNeeded(same, '1.1.0', ['audit'])).toBe('1.0.0');
    const changed = addRecord(records, '1.1.0', { audit: 'd', collection: 'c' });
    expect(findNeeded(changed, '1.1.0', ['audit'])).toBe('1.1.0');
    // Back to what it was is a change as well: the version between is no good.
    const back = addRecord(changed, '1.2.0', records['1.0.0']);
    expect(findNeeded(back, '1.2.0', ['audit'])).toBe('1.2.0');
  });

  test('versions are ordered by their numbers, one before a release before it', () => {
    const ordered = ['0.2.0', '0.10.0-beta.1', '0.10.0', '0.10.1-rc1', '1.0.0+build'];
    expect(ordered.toReversed().toSorted(comparePackageVersions)).toEqual(ordered);
    expect(comparePackageVersions('1.0.0+a', '1.0.0')).toBe(0);
  });
});
