// The closed set of verbs. A verb exists only when both its targets pass the same examples.

import { address, ip, ipVersion } from './address.ts';
import { date } from './date.ts';
import { appId, directoryName, directoryNames, directoryUsers, scopes } from './directory.ts';
import { attachments, emailAddresses } from './email.ts';
import { argument, before, keyword, listed, lowercase, split, tagged, verbatim } from './keyword.ts';
import { highest, lookup } from './lookup.ts';
import { boolean, double, long } from './number.ts';
import { extension, file, url } from './url.ts';
import { argumentUsers, principal, user, users } from './user.ts';
import type { Verb } from './verb.ts';

export const verbs: readonly Verb[] = [
  keyword,
  verbatim,
  lowercase,
  before,
  split,
  listed,
  tagged,
  argument,
  long,
  double,
  boolean,
  date,
  address,
  ip,
  ipVersion,
  user,
  principal,
  users,
  argumentUsers,
  directoryName,
  directoryNames,
  directoryUsers,
  appId,
  scopes,
  url,
  file,
  extension,
  emailAddresses,
  attachments,
  lookup,
  highest,
];

const byName = new Map(verbs.map((verb) => [verb.name, verb]));

export function findVerb(name: string): Verb | undefined {
  return byName.get(name);
}
