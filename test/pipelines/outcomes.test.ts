// Whether it worked, and that no sentence says otherwise, for every record type.

import { describe, expect, test } from '@jest/globals';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { isObject } from '../../pipelines/json/json.ts';
import { sampleContext } from './samples.ts';

const mapper = loadMapper();
const { files } = loadDefinitions();

/** Says of sign-ins that the exchange worked, not that someone got in. */
const otherSteps = ['entra-account-logon', 'entra-sign-in'];

/** Sentences of what was noticed, which is so whatever became of it, and of what was kept from someone. */
const trueAnyway = [
  ...[
    'attack-simulation',
    'cloud-app-alert',
    'communication-compliance',
    'data-insights',
    'defender-campaign',
  ],
  ...['defender-email', 'defender-file', 'dlp-application', 'dlp-classification', 'dlp-mail-classification'],
  ...['dlp-mail', 'dlp-sharepoint', 'e-signature', 'entra-risk-detection', 'hygiene', 'investigation'],
  ...['security-alert', 'user-training', 'web-content-filter'],
];

interface Told {
  readonly outcome: string;
  readonly message: string;
}

function tell(record: object): Told {
  const { event, message } = mapper.map(mapper.read(JSON.stringify(record)), sampleContext);
  return { outcome: String(isObject(event) && event.outcome), message: String(message) };
}

function filesWhere(fits: (told: Told) => boolean, record: object): string[] {
  return files
    .filter(({ recordTypes }) =>
      recordTypes.some((RecordType) =>
        fits(tell({ RecordType, Operation: 'X', UserId: 'ann@contoso.example', ...record })),
      ),
    )
    .map(({ name }) => name);
}

describe('no file takes for success the status', () => {
  test.each([
    ...['InProgress', 'In progress', 'in_progress', 'Pending', 'Queued', 'Running', 'PartiallySucceeded'],
    ...['Partially succeeded', 'Perhaps', '42', 'Blocked', 'DENIED', 'Rejected', 'Canceled', 'Cancelled'],
    ...['Time-out', 'Failed', 'Error'],
  ])('%s', (ResultStatus) => {
    expect(filesWhere(({ outcome }) => outcome === 'success', { ResultStatus })).toEqual([]);
  });
});

describe('every file takes for a failure the status', () => {
  test.each(['Blocked', 'denied', 'Rejected', 'Cancelled', 'Failed', 'FALSE', 'Access Denied'])(
    '%s',
    (ResultStatus) => {
      expect(filesWhere(({ outcome }) => outcome !== 'failure', { ResultStatus })).toEqual(otherSteps);
    },
  );
});

test('every file takes for success what says so, in any case', () => {
  for (const ResultStatus of ['Success', 'succeeded', 'TRUE', 'Completed', 'OK'])
    expect(filesWhere(({ outcome }) => outcome !== 'success', { ResultStatus })).toEqual(otherSteps);
});

describe('of several statuses the worst counts', () => {
  test.each([
    ['one failed', { RecordType: 20, IsSuccess: false, ResultStatus: 'Succeeded' }, 'failure'],
    ['one is not done', { RecordType: 20, IsSuccess: true, ResultStatus: 'InProgress' }, 'unknown'],
    ['all are done', { RecordType: 20, IsSuccess: true, ResultStatus: 'Succeeded' }, 'success'],
    ['one is missing', { RecordType: 298, SuccessStatus: 'Failed' }, 'failure'],
    ['none is there', { RecordType: 298 }, 'success'],
    ['a number of a file’s own', { RecordType: 12, OperationResult: 0 }, 'success'],
    ['a number that the file does not know', { RecordType: 12, OperationResult: 7 }, 'unknown'],
    [
      'a sign comes first',
      { RecordType: 22, Operation: 'FileAccessFailure', ResultStatus: 'TRUE' },
      'failure',
    ],
  ])('%s', (_, record, outcome) => {
    expect(tell(record).outcome).toBe(outcome);
  });
});

describe('a sentence says another thing of what', () => {
  test.each([
    ['failed', 'Failed', trueAnyway],
    // A click is one, whatever became of it; being kept from the page has a sentence of its own.
    ['is not done', 'In progress', [...trueAnyway, 'defender-url-click']],
  ])('%s', (_, ResultStatus, expected) => {
    const same = files
      .filter(({ recordTypes }) =>
        recordTypes.some((RecordType) => {
          const record = { RecordType, Operation: 'X', UserId: 'ann@contoso.example' };
          const done = tell({ ...record, ResultStatus: 'Succeeded' });
          const notDone = tell({ ...record, ResultStatus });
          return done.outcome !== notDone.outcome && done.message === notDone.message;
        }),
      )
      .map(({ name }) => name);
    expect(same.sort()).toEqual([...expected].sort());
  });

  test.each([
    ['failed', 'False', 'ann tried to run Set-Mailbox on bob (failed)'],
    ['nobody knows', undefined, 'ann tried to run Set-Mailbox on bob (outcome unknown)'],
    ['was done', 'True', 'ann ran Set-Mailbox on bob'],
  ])('%s, in words', (_, ResultStatus, message) => {
    const record = {
      RecordType: 1,
      Operation: 'Set-Mailbox',
      ObjectId: 'bob',
      UserId: 'ann@contoso.example',
    };
    expect(tell({ ...record, ResultStatus }).message).toBe(message);
  });
});
