// Makes self-signed certificates for tests, so that no private key lies in the repository and none expires there.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestCertificate {
  readonly certificate: string;
  /** The private key, PKCS #8 as PEM. */
  readonly key: string;
  readonly keyObject: KeyObject;
}

export interface CertificateOptions {
  readonly notAfter?: Date;
  /** The host names; the address is always 127.0.0.1. */
  readonly hosts?: readonly string[];
}

export function makeCertificate({
  notAfter,
  hosts = ['localhost'],
}: CertificateOptions = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8('m365 test'))));
  const algorithm = sequence(oid('1.2.840.113549.1.1.11'), tag(0x05));
  const names = [
    ...hosts.map((host) => tag(0x82, Buffer.from(host))),
    tag(0x87, Buffer.from([127, 0, 0, 1])),
  ];
  const extensions = sequence(
    sequence(oid('2.5.29.19'), octets(sequence(tag(0x01, Buffer.from([0xff]))))),
    sequence(oid('2.5.29.17'), octets(sequence(...names))),
  );
  const body = sequence(
    tag(0xa0, integer(2)),
    integer(Date.now() % 1_000_000),
    algorithm,
    name,
    sequence(
      time(new Date(Date.now() - 86_400_000)),
      time(notAfter ?? new Date(Date.now() + 365 * 86_400_000)),
    ),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, extensions),
  );
  const signature = tag(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyObject: privateKey,
  };
}

function tag(type: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
}

const sequence = (...items: Buffer[]) => tag(0x30, ...items);
const set = (...items: Buffer[]) => tag(0x31, ...items);
const octets = (content: Buffer) => tag(0x04, content);
const utf8 = (text: string) => tag(0x0c, Buffer.from(text));
const time = (at: Date) => tag(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')));

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return tag(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return tag(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
