// Makes a self-signed certificate, so that no private key has to lie in the repository. It writes just
// enough DER for that.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestCertificate {
  /** The certificate as PEM. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
  /** The private key as PKCS #8, without a passphrase. */
  readonly privateKeyPem: string;
}

const writeDer = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

const writeSequence = (...parts: readonly Uint8Array[]): Buffer => writeDer(0x30, ...parts);
const sha256WithRsa = writeSequence(writeDer(0x06, Buffer.from('2a864886f70d01010b', 'hex')), writeDer(0x05));

const writeName = (text: string): Buffer =>
  writeSequence(
    writeDer(
      0x31,
      writeSequence(writeDer(0x06, Buffer.from('550403', 'hex')), writeDer(0x0c, Buffer.from(text))),
    ),
  );

/** Writes a GeneralizedTime: `20261120120000Z`. */
const writeTime = (date: string): Buffer =>
  writeDer(0x18, Buffer.from(`${new Date(date).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));

/** Makes a certificate that is good between two dates, in ISO 8601. */
export function createCertificate(from = '2020-01-01', to = '2120-01-01'): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const body = writeSequence(
    writeDer(0x02, Buffer.from([1])),
    sha256WithRsa,
    writeName('emulator test'),
    writeSequence(writeTime(from), writeTime(to)),
    writeName('emulator test'),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = writeDer(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const base64 = writeSequence(body, sha256WithRsa, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    privateKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
