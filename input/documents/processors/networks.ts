// The networks of the condition `network`: by name, or by an address with a prefix length.

import { BlockList, isIP } from 'node:net';

type Contains = (address: string) => boolean;

function listOf(...ranges: readonly string[]): Contains {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function addRange(list: BlockList, range: string): void {
  const [address = '', length = ''] = range.split('/');
  list.addSubnet(address, Number(length), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Multicast addresses of IPv6 of one scope, whatever their flags. */
const scope = (digit: number) =>
  Array.from({ length: 16 }, (_, flags) => `ff${flags.toString(16)}${digit}::/16`);

const loopback = listOf('127.0.0.0/8', '::1/128');
const unspecified = listOf('0.0.0.0/32', '::/128');
const broadcast = listOf('255.255.255.255/32');
const multicast = listOf('224.0.0.0/4', 'ff00::/8');
const linkLocal = listOf('169.254.0.0/16', 'fe80::/10');
const linkLocalMulticast = listOf('224.0.0.0/24', ...scope(2));
const interfaceLocalMulticast = listOf(...scope(1));
const privateNetworks = listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8');

const noneOf =
  (...networks: readonly Contains[]): Contains =>
  (address) =>
    !networks.some((contains) => contains(address));
const unicast = noneOf(unspecified, loopback, multicast, linkLocal, broadcast);

const named: Readonly<Record<string, Contains>> = {
  loopback,
  unicast,
  global_unicast: unicast,
  link_local_unicast: linkLocal,
  interface_local_multicast: interfaceLocalMulticast,
  link_local_multicast: linkLocalMulticast,
  multicast,
  unspecified,
  private: privateNetworks,
  public: noneOf(
    ...[privateNetworks, loopback, unspecified, broadcast, linkLocal],
    ...[linkLocalMulticast, interfaceLocalMulticast],
  ),
};

export const networkNames: readonly string[] = Object.keys(named);

/** Undefined where the text is neither a name nor a range. */
export function findNetwork(text: string): Contains | undefined {
  if (Object.hasOwn(named, text)) return named[text];
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(length) > (version === 4 ? 32 : 128)) return undefined;
  return listOf(text);
}
