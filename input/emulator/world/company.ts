// Invents the company behind a tenant: people, their devices and networks, sites, and teams. It is a function of the tenant
// and the seed, small, and made once.

import { hash, Random } from './random.ts';

export interface Person {
  readonly name: string;
  readonly upn: string;
  readonly objectId: string;
  /** The personal unique id, 16 hex digits. */
  readonly puid: string;
  readonly sid: string;
  readonly mailboxGuid: string;
  readonly address: string;
  readonly userAgent: string;
  readonly isAdmin: boolean;
}

export interface Site {
  readonly url: string;
  readonly title: string;
  readonly site: string;
  readonly web: string;
  readonly list: string;
}

interface Team {
  readonly name: string;
  readonly id: string;
  readonly groupId: string;
  readonly channels: readonly [Channel, ...Channel[]];
}

interface Channel {
  readonly name: string;
  readonly id: string;
}

export interface World {
  readonly tenantId: string;
  readonly domain: string;
  readonly people: readonly [Person, ...Person[]];
  readonly admins: readonly [Person, ...Person[]];
  readonly sites: readonly [Site, ...Site[]];
  readonly teams: readonly [Team, ...Team[]];
}

type Words = readonly [string, ...string[]];

const firstNames: Words = [
  'Ada',
  'Bela',
  'Chiara',
  'Dmitri',
  'Elif',
  'Farid',
  'Greta',
  'Hana',
  'Ivo',
  'Jelena',
  'Kofi',
  'Lena',
  'Mateo',
  'Noor',
  'Oskar',
  'Priya',
  'Quentin',
  'Rosa',
  'Søren',
  'Tomás',
  'Uma',
  'Viktor',
  'Wanda',
  'Ximena',
  'Yuki',
  'Zoë',
];
const lastNames: Words = [
  'Abara',
  'Brandt',
  'Costa',
  'Dvořák',
  'Eriksen',
  'Fischer',
  'Gallo',
  'Hansen',
  'Ito',
  'Jansen',
  'Kaya',
  'Lund',
  'Moreau',
  'Novak',
  'Okafor',
  'Petrov',
  'Quist',
  'Rossi',
  'Sato',
  'Torres',
  'Ueda',
  'Varga',
  'Weber',
  'Zhang',
];

/** Addresses that MaxMind publishes for tests: GeoIP databases place them, so that a map has something to show. */
const addresses: Words = [
  '81.2.69.142',
  '89.160.20.112',
  '67.43.156.13',
  '2.125.160.216',
  '216.160.83.56',
  '175.16.199.10',
  '81.2.69.160',
  '202.196.224.5',
  '89.160.20.128',
  '2001:218::5',
  '2a02:cf40::7',
  '2001:220::9',
];

const userAgents: Words = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
];

const siteNames: Words = [
  'Finance',
  'Engineering',
  'People',
  'Sales',
  'Legal',
  'Projects',
  'Intranet',
  'Research',
];
const teamNames: Words = [
  'Platform',
  'Field Sales',
  'Month End',
  'Incident Response',
  'Office Moves',
  'Product',
];
const channelNames: Words = ['General', 'Announcements', 'Planning', 'Random', 'Suppliers'];

const isList = <T>(items: T[]): items is [T, ...T[]] => items.length > 0;

function makeMany<T>(count: number, make: (index: number) => T): [T, ...T[]] {
  const items = Array.from({ length: count }, (_, index) => make(index));
  if (!isList(items)) throw new RangeError('A world has at least one of everything.');
  return items;
}

/** Returns the same company for the same tenant and seed. */
export function createWorld(tenantId: string, domain: string, seed: number): World {
  const random = new Random(hash(seed, tenantId, 'world'));
  const sidBase = `S-1-5-21-${random.bits()}-${random.bits()}-${random.bits()}`;
  const people = makeMany(48, (index) => createPerson(index, domain, sidBase, random));
  return {
    tenantId,
    domain,
    people,
    admins: makeMany(3, (index) => people[index] ?? people[0]),
    sites: makeMany(siteNames.length, (index) => createSite(index, domain, random)),
    teams: makeMany(teamNames.length, (index) => createTeam(index, random)),
  };
}

const toPlainLetters = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ø', 'o').toLowerCase();

function createPerson(index: number, domain: string, sidBase: string, random: Random): Person {
  const first = firstNames[(index * 7) % firstNames.length] ?? 'Ada';
  const last = lastNames[(index * 5 + Math.floor(index / firstNames.length)) % lastNames.length] ?? 'Lund';
  return {
    name: `${first} ${last}`,
    upn: `${toPlainLetters(first)}.${toPlainLetters(last)}@${domain}`,
    objectId: random.guid(),
    puid: `1003200${random.hex(9).toUpperCase()}`,
    sid: `${sidBase}-${10_000 + index}`,
    mailboxGuid: random.guid(),
    address: random.pick(addresses),
    userAgent: random.pick(userAgents),
    isAdmin: index < 3,
  };
}

function createSite(index: number, domain: string, random: Random): Site {
  const title = siteNames[index] ?? 'Site';
  return {
    url: `https://${domain.replace('.', '.sharepoint.')}/sites/${title}`,
    title,
    site: random.guid(),
    web: random.guid(),
    list: random.guid(),
  };
}

function createTeam(index: number, random: Random): Team {
  return {
    name: teamNames[index] ?? 'Team',
    id: `19:${random.hex(32)}@thread.tacv2`,
    groupId: random.guid(),
    channels: makeMany(3, () => ({
      name: random.pick(channelNames),
      id: `19:${random.hex(32)}@thread.tacv2`,
    })),
  };
}
