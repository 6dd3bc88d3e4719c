// The form of a record family, and the fields that every audit record has.

import { formatZonelessTime } from '../../../time.ts';
import type { Person, World } from '../../../world/company.ts';
import type { Random } from '../../../world/random.ts';
import type { ContentType } from '../content/content-type.ts';

export type RecordFields = Readonly<Record<string, unknown>>;

/** The circumstances of one record: the company it happens in, the chance that it is drawn from, its time and Id. */
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
  /** Its frequency, in proportion to the others of its content type. */
  readonly weight: number;
  build(scene: Scene): RecordFields;
}

export interface CommonFields {
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

/** Builds a record: the common fields in the service's order, then the family's own. */
export function buildRecord(scene: Scene, common: CommonFields, own: RecordFields): RecordFields {
  return {
    CreationTime: formatZonelessTime(scene.at),
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

export interface NameValuePair {
  readonly Name: string;
  readonly Value: string;
}

/** Writes values as the list of name–value pairs that the service has where others write an object. */
export const toPairs = (values: Readonly<Record<string, string>>): NameValuePair[] =>
  Object.entries(values).map(([Name, Value]) => ({ Name, Value }));

/** Picks the person's address, sometimes one from elsewhere, sometimes none. */
export function pickAddress({ random }: Scene, person: Person): string {
  const draw = random.next();
  if (draw < 0.03) return '';
  if (draw < 0.1) return random.pick(['198.51.100.77', '203.0.113.199', '2001:db8:bad::1', '67.43.156.13']);
  return person.address;
}

/** Picks an address and a port, as Exchange and Entra write them: `v4:port` or `[v6]:port`. */
export function pickAddressAndPort(scene: Scene, person: Person): string {
  const address = pickAddress(scene, person);
  if (address === '') return '';
  const port = scene.random.between(1024, 65_535);
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
