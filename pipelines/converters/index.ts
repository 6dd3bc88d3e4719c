// The closed set of converters. A converter exists only when both its targets pass the same examples.

import { address, ip, ips, ipVersion, server } from './address.ts';
import type { Converter } from './converter.ts';
import { date } from './date.ts';
import { appId, directoryName, directoryNames, directoryUsers, scopes } from './directory.ts';
import { attachments, emailAddresses, senders } from './email.ts';
import { extension, file, folder } from './file.ts';
import { geoPoint } from './geo.ts';
import { htmlText } from './html.ts';
import { hash, named, visible } from './id.ts';
import { argument, before, keyword, listed, lowercase, split, tagged, verbatim } from './keyword.ts';
import { highest, lookup } from './lookup.ts';
import { boolean, double, long } from './number.ts';
import { bareUrl, everyUrl, plainUrl, url } from './url.ts';
import { otherUser, principal, principalName, user } from './user.ts';
import { argumentUsers, users } from './users.ts';

export const converters: readonly Converter[] = [
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
  ips,
  ipVersion,
  server,
  user,
  principal,
  principalName,
  otherUser,
  users,
  argumentUsers,
  directoryName,
  directoryNames,
  directoryUsers,
  appId,
  scopes,
  url,
  everyUrl,
  plainUrl,
  bareUrl,
  file,
  extension,
  folder,
  emailAddresses,
  senders,
  attachments,
  lookup,
  highest,
  geoPoint,
  named,
  visible,
  htmlText,
  hash,
];

const byName = new Map(converters.map((converter) => [converter.name, converter]));

export function findConverter(name: string): Converter | undefined {
  return byName.get(name);
}
