// Finds a certificate authority by its fingerprint: asks a server for its certificate chain, and takes the authority whose
// SHA-256 was configured. TLS itself checks everything else against that authority.

import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { OperatorError } from '../../../contract/errors.ts';
import { readNetworkFailure } from '../../../http/network-failure.ts';
import { listChain } from '../../../http/tls.ts';
import { explainWrongScheme } from '../../../http/wrong-scheme.ts';

const handshakeTimeoutMs = 10_000;

/** Returns the authority as PEM, from the first host that has it. Throws an OperatorError when none has. */
export async function findTrustedAuthority(
  hosts: readonly URL[],
  fingerprint: string,
  signal?: AbortSignal,
): Promise<string> {
  const wanted = fingerprint.replaceAll(':', '').toUpperCase();
  const failures: string[] = [];
  let needsOperator = true;
  let advice =
    'The server must send its authority along, and the fingerprint must be its SHA-256; otherwise name the file in ssl.certificate_authorities.';
  for (const host of hosts) {
    try {
      const found = (await readChain(host, signal)).find(
        (certificate) => certificate.fingerprint256.replaceAll(':', '') === wanted,
      );
      if (found) return toPem(found);
      failures.push(`${host.host} shows no certificate with that fingerprint`);
    } catch (error) {
      signal?.throwIfAborted();
      const scheme = explainWrongScheme(error, host.href);
      failures.push(`${host.host} did not answer: ${(scheme ?? readNetworkFailure(error)).what}`);
      if (scheme) advice = scheme.advice;
      else needsOperator = false;
    }
  }
  throw new OperatorError({
    code: 'ca-trusted-fingerprint',
    message: `The authority of ssl.ca_trusted_fingerprint was not found: ${failures.join('; ')}.`,
    advice,
    retry: { kind: 'later' },
    needsOperator,
  });
}

/** Reads the certificate chain of a host. Only the handshake is sent, so the connection need not be trusted yet. */
function readChain(host: URL, signal: AbortSignal | undefined): Promise<PeerCertificate[]> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: host.hostname.replace(/^\[|\]$/g, ''),
      port: Number(host.port || 443),
      servername: /^[\d.]+$|:/.test(host.hostname) ? '' : host.hostname,
      rejectUnauthorized: false,
    });
    socket.setTimeout(handshakeTimeoutMs, () => socket.destroy(timedOut()));
    const leave = () => socket.destroy(timedOut());
    signal?.addEventListener('abort', leave, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', leave));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(listChain(socket.getPeerCertificate(true)));
      socket.destroy();
    });
  });
}

const timedOut = () => Object.assign(new Error('no TLS handshake in time'), { code: 'ETIMEDOUT' });

function toPem({ raw }: PeerCertificate): string {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
