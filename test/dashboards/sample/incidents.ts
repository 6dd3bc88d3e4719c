// The incidents that an analyst should notice in the sample, on its last day: a mass download, a password spray from a
// country that nobody else works in, and an attempt to talk Copilot out of its rules. One thing only looks like an
// incident.

import { families } from '../../../input/emulator/apis/management-activity/records/supply.ts';
import type { World } from '../../../input/emulator/world/company.ts';
import { hash, Random } from '../../../input/emulator/world/random.ts';

const hourMs = 3_600_000;

function build(world: World, recordType: number, at: number, index: number): Record<string, unknown> {
  const family = families.find((candidate) => candidate.recordType === recordType);
  if (family === undefined) throw new Error(`the emulator has no records of type ${recordType}`);
  const random = new Random(hash('incident', recordType, index));
  return { ...family.build({ world, random, at, id: random.guid() }) };
}

/** One person takes 140 files away in 50 minutes. */
export function massDownload(world: World, end: number): string[] {
  const thief = world.people[11] ?? world.people[0];
  return Array.from({ length: 140 }, (_, index) => {
    const at = end - 5 * hourMs + index * 21_000;
    const record = build(world, 6, at, index);
    const name = `Case ${1000 + index}.pdf`;
    return JSON.stringify({
      ...record,
      Operation: 'FileDownloaded',
      UserId: thief.upn,
      ClientIP: thief.address,
      IsManagedDevice: false,
      SourceFileName: name,
      SourceFileExtension: 'pdf',
      ObjectId: `${world.sites[4]?.url ?? ''}/Shared Documents/${name}`,
    });
  });
}

/** One address tries one password on everybody, twice. */
export function passwordSpray(world: World, end: number): string[] {
  return [...world.people, ...world.people].map((person, index) => {
    const at = end - 9 * hourMs + index * 11_000;
    const address = '2a02:ffc0::1';
    return JSON.stringify({
      ...build(world, 15, at, index),
      Operation: 'UserLoginFailed',
      ResultStatus: 'Failed',
      UserId: person.upn,
      UserKey: person.objectId,
      ClientIP: address,
      ActorIpAddress: address,
      Actor: [
        { ID: person.objectId, Type: 0 },
        { ID: person.upn, Type: 5 },
      ],
      ErrorNumber: '50126',
      LogonError: 'InvalidUserNameOrPassword',
    });
  });
}

/** Owners who sign in to their own mailboxes as delegates and administrators, which is no incident. */
export function ownMailboxes(world: World, end: number): string[] {
  return world.people.slice(0, 6).map((person, index) =>
    JSON.stringify({
      ...build(world, 50, end - 2 * hourMs, index),
      UserId: person.upn,
      LogonType: 1 + (index % 2),
      MailboxOwnerUPN: index < 3 ? person.upn : person.upn.toUpperCase(),
    }),
  );
}

/** One prompt that Copilot saw through. */
export function jailbreak(world: World, end: number): string[] {
  const record = build(world, 261, end - 3 * hourMs, 0);
  return [JSON.stringify(record).replace('"JailbreakDetected":false', '"JailbreakDetected":true')];
}
