// Makes a self-signed certificate, so that no private key has to lie in the repository. Just enough DER for that.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestCertificate {
  readonly certificate: string;
  readonly privateKey: KeyObject;
  /** PKCS #8, without a passphrase. */
  readonly privateKeyPem: string;
}

const der = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const sha256WithRsa = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05));

const name = (text: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(text)))));

/** GeneralizedTime: `20261120120000Z`. */
const time = (date: string): Buffer =>
  der(0x18, Buffer.from(`${new Date(date).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));

export function createCertificate(from = '2020-01-01', to = '2120-01-01'): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const body = sequence(
    der(0x02, Buffer.from([1])),
    sha256WithRsa,
    name('emulator test'),
    sequence(time(from), time(to)),
    name('emulator test'),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const base64 = sequence(body, sha256WithRsa, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    privateKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
