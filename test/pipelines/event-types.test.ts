import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { RecordTypeFile } from '../../pipelines/definitions.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import { compileCases } from '../../pipelines/rules/cases.ts';
import { compileRead } from '../../pipelines/rules/paths.ts';
import { checkEventTypes } from '../package/field-checks.ts';
import { listSamples } from './samples.ts';

const { common, files } = loadDefinitions();

test('ECS expects every type of an event of one of its categories, in every sample', () => {
  const wrong = listSamples().flatMap(({ name, expectedFile }) => {
    const { event } = JSON.parse(readFileSync(expectedFile, 'utf8'));
    return checkEventTypes(event.category, event.type).map((problem) => `${name}: ${problem}`);
  });
  expect(wrong).toEqual([]);
});

describe('ECS expects every type that a record type gives to an operation, in whichever of its cases', () => {
  test.each(files.map((file) => [file.name, file] as const))('%s', (_, file) => {
    expect(
      listOperations(file).flatMap(([name, positions]) => checkOperation(file, name, positions)),
    ).toEqual([]);
  });
});

type OperationOf = readonly [name: string, positions: readonly number[]];

/** Those that it singles out, and any other. */
function listOperations({ operations }: RecordTypeFile): OperationOf[] {
  return [
    ['any other operation', []],
    ...Object.entries(operations.named),
    ...operations.beginnings.map(({ text, layers }): OperationOf => [`${text}*`, layers]),
  ];
}

function checkOperation(
  { layer, operations }: RecordTypeFile,
  name: string,
  positions: readonly number[],
): string[] {
  const own = positions.flatMap((position) => operations.layers[position] ?? []);
  const layers = [...own, layer, common];
  const cases = layers.flatMap((each) => each.cases ?? []);
  const { describe: describeEvent } = compileCases(layers, compileRead);
  return [undefined, ...cases.keys()].flatMap((held) => {
    const { category, type } = describeEvent((position) => position === held).event;
    return checkEventTypes(category, type).map((problem) => `${name}: ${problem}`);
  });
}

/** Things, and the types that say what came or went, where they stand beside the category. */
const things = [
  { category: 'file', also: undefined },
  { category: 'iam', also: 'user' },
  { category: 'iam', also: 'group' },
] as const;

/** `file/operation`, where an operation says that such a thing was created or deleted. */
function whatSays(wanted: 'creation' | 'deletion'): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const file of files) {
    for (const [name, positions] of listOperations(file)) {
      const own = positions.flatMap((position) => file.operations.layers[position] ?? []);
      const layers = [...own, file.layer, common];
      const { describe: describeEvent } = compileCases(layers, compileRead);
      const { category } = describeEvent(() => true).event;
      // What a record's target is does not say that it came or went.
      const { type } = describeEvent(() => false).event;
      const saysType = own.some((layer) => layer.type.includes(wanted)) && type.includes(wanted);
      for (const { category: thing, also } of things) {
        if (!saysType || !category.includes(thing) || (also !== undefined && !type.includes(also))) continue;
        const key = `${also ?? thing}: ${file.name}`;
        found[key] = [...(found[key] ?? []), name];
      }
    }
  }
  return found;
}

describe('a file, an account or a group, and nothing about it, was', () => {
  test('created', () => {
    expect(whatSays('creation')).toEqual({
      'file: dlp-endpoint': [
        'FileCreated',
        'FileCreatedOnRemovableMedia',
        'FileCreatedOnNetworkShare',
        'FileDownloadedFromBrowser',
      ],
      'file: sharepoint-file': [
        'FileUploaded',
        'FileSyncUploadedFull',
        'FileCopied',
        'FolderCreated',
        'FolderCopied',
      ],
      'file: viva-engage': ['FileCreated'],
      'group: entra-directory': ['Add group.'],
      'group: exchange-admin': [
        'New-RoleGroup',
        'New-DistributionGroup',
        'New-UnifiedGroup',
        'New-DynamicDistributionGroup',
      ],
      'group: group': ['CreateGroup', 'CreateUnifiedGroup', 'NewGroup', 'New-UnifiedGroup', 'GroupCreated'],
      'group: security-compliance-cmdlet': ['New-RoleGroup'],
      'group: sharepoint': ['GroupAdded'],
      'group: teams': ['TeamCreated'],
      'group: viva-engage': ['GroupCreation'],
      'group: viva-goals': ['Team added'],
      'user: entra-directory': ['Add user.', 'Invite external user.', 'Invite external user'],
      'user: exchange-admin': ['New-Mailbox', 'New-MailUser', 'New-User'],
    });
  });

  test('deleted', () => {
    expect(whatSays('deletion')).toEqual({
      'file: dlp-endpoint': ['FileDeleted'],
      'file: information-protection': ['FileDeleted'],
      'file: sharepoint-file': [
        'FileDeleted',
        'FileDeletedFirstStageRecycleBin',
        'FileDeletedSecondStageRecycleBin',
        'FileRecycled',
        'FolderDeleted',
        'FolderRecycled',
        'FolderDeletedFirstStageRecycleBin',
        'FolderDeletedSecondStageRecycleBin',
        'RecordDelete',
      ],
      'file: viva-engage': ['FileDeleted'],
      'group: entra-directory': ['Delete group.', 'Hard Delete group.'],
      'group: exchange-admin': [
        'Remove-RoleGroup',
        'Remove-DistributionGroup',
        'Remove-DynamicDistributionGroup',
        'Remove-UnifiedGroup',
      ],
      'group: group': [
        'DeleteGroup',
        'DeleteUnifiedGroup',
        'RemoveGroup',
        'Remove-UnifiedGroup',
        'GroupDeleted',
      ],
      'group: security-compliance-cmdlet': ['Remove-RoleGroup'],
      'group: sharepoint': ['GroupRemoved'],
      'group: teams': ['TeamDeleted'],
      'group: viva-engage': ['GroupDeletion'],
      'group: viva-goals': ['Team deleted'],
      'user: entra-directory': ['Delete user.', 'Hard Delete user.'],
      'user: exchange-admin': ['Remove-Mailbox', 'Remove-MailUser', 'Remove-User'],
    });
  });
});

test('no operation is a creation or a deletion by what its name begins with', () => {
  const byBeginning = files.flatMap(({ name, operations: { layers, beginnings } }) =>
    beginnings
      .filter(({ layers: positions }) =>
        positions.some((position) => layers[position]?.type.some((one) => /creation|deletion/.test(one))),
      )
      .map(({ text }) => `${name}: ${text}*`),
  );
  // Variants of one operation, which Microsoft tells apart by what follows.
  expect(byBeginning).toEqual(['teams: MessageCreated*']);
});
