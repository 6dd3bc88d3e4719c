// What a record family is, and the fields that every record has.

import type { ContentType } from '../content/content-type.ts';
import type { Random } from '../random.ts';
import { zonelessTime } from '../time.ts';
import type { Person, World } from './world.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Where a record happens: who is drawn from `world`, by `random`, at `at`. */
export interface Scene {
  readonly world: World;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly id: string;
}

export interface RecordFamily {
  readonly recordType: number;
  readonly contentType: ContentType;
  /** How often it comes, beside the others of its content type. */
  readonly weight: number;
  build(scene: Scene): Fields;
}

export interface Common {
  readonly operation: string;
  readonly recordType: number;
  readonly workload: string;
  readonly userId: string;
  readonly userKey: string;
  readonly userType?: number;
  readonly resultStatus?: string;
  readonly clientIp?: string;
  readonly objectId?: string;
}

/** A record: the common fields in the service's order, then the family's own. */
export function record(scene: Scene, common: Common, own: Fields): Fields {
  return {
    CreationTime: zonelessTime(scene.at),
    Id: scene.id,
    Operation: common.operation,
    OrganizationId: scene.world.tenantId,
    RecordType: common.recordType,
    ...(common.resultStatus === undefined ? {} : { ResultStatus: common.resultStatus }),
    UserKey: common.userKey,
    UserType: common.userType ?? 0,
    Version: 1,
    Workload: common.workload,
    ...(common.clientIp === undefined ? {} : { ClientIP: common.clientIp }),
    ...(common.objectId === undefined ? {} : { ObjectId: common.objectId }),
    UserId: common.userId,
    ...own,
  };
}

export interface Pair {
  readonly Name: string;
  readonly Value: string;
}

/** The bag of name–value pairs that the service writes where others write an object. */
export const pairs = (values: Readonly<Record<string, string>>): Pair[] =>
  Object.entries(values).map(([Name, Value]) => ({ Name, Value }));

/** The person's address, sometimes from elsewhere, sometimes none. */
export function addressOf({ random }: Scene, person: Person): string {
  const draw = random.next();
  if (draw < 0.03) return '';
  if (draw < 0.1) return random.pick(['198.51.100.77', '203.0.113.199', '2001:db8:bad::1', '67.43.156.13']);
  return person.address;
}

/** With the port, as Exchange and Entra write it: `v4:port` or `[v6]:port`. */
export function addressAndPort(scene: Scene, person: Person): string {
  const address = addressOf(scene, person);
  if (address === '') return '';
  const port = scene.random.between(1024, 65_535);
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
