// Builds records of types that no table knows: the service adds types faster than it documents them.

import { buildRecord, type RecordFamily, type RecordFields, type Scene } from './record.ts';

const createBuild =
  (recordType: number, operation: string) =>
  (scene: Scene): RecordFields => {
    const { random, world } = scene;
    const person = random.pick(world.people);
    return buildRecord(
      scene,
      {
        operation,
        recordType,
        workload: `Workload${recordType}`,
        userId: person.upn,
        userKey: person.objectId,
      },
      {
        Details: {
          Steps: [
            { Name: 'one', Value: random.below(100) },
            { Name: 'two', Value: 'text' },
          ],
          Ratio: random.next(),
        },
        NewBag: [
          { Name: 'Some.Dotted Name', Value: 'x' },
          { Name: 'Other', Value: '' },
        ],
        Sequence: random.bits(),
        'Property With Blanks': random.chance(0.5),
      },
    );
  };

export const unknownFamilies: readonly RecordFamily[] = [
  { recordType: 9_901, contentType: 'Audit.General', weight: 1, build: createBuild(9_901, 'ThingHappened') },
  {
    recordType: 4_711,
    contentType: 'Audit.General',
    weight: 1,
    build: createBuild(4_711, 'Thing.Other Happened'),
  },
];
