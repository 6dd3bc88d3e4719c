// Recognizes an address with the wrong scheme by how the first request fails: http:// where the port speaks TLS, the other
// way round, or a port that speaks neither. network-failure.ts explains every other failure below HTTP.

import { errors } from 'undici';
import type { NetworkExplanation } from './network-failure.ts';

export interface WrongScheme extends NetworkExplanation {
  /** False where there may be another cause. */
  readonly certain: boolean;
}

const plainPort: WrongScheme = {
  certain: true,
  what: 'it does not speak TLS, though its address begins with https://',
  advice: 'If it is meant to speak plain HTTP, write http:// in its address; otherwise switch TLS on there.',
};

const tlsPort: WrongScheme = {
  certain: true,
  what: 'it speaks TLS, though its address begins with http://',
  advice: 'Write https:// in its address.',
};

/** The behaviour of a TLS port that sends no alert, and not of it alone. */
const silentPort: WrongScheme = {
  certain: false,
  what: 'it closed the connection without a word',
  advice: 'If it speaks TLS, write https:// in its address; otherwise its log says why.',
};

/** The transport port of Elasticsearch, which answers HTTP with a text that says so. */
const transportPort: WrongScheme = {
  certain: true,
  what: 'it is the port on which the nodes of an Elasticsearch talk to each other',
  advice: 'Give the HTTP port; that is 9200 where nobody chose another.',
};

const foreignPort: WrongScheme = {
  certain: false,
  what: 'what answers there does not speak HTTP',
  advice: 'Check host and port.',
};

/** Explains a failure by the scheme; undefined where it has another cause. */
export function explainWrongScheme(error: unknown, url: string): WrongScheme | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && error.code === 'ERR_SSL_WRONG_VERSION_NUMBER') return plainPort;
  if (url.startsWith('http:')) {
    if (error instanceof errors.HTTPParserError && 'data' in error) return explainAnswer(String(error.data));
    // A connection that has carried answers breaks off for other reasons.
    if (error instanceof errors.SocketError && error.socket?.bytesRead === 0) return silentPort;
  }
  return 'cause' in error ? explainWrongScheme(error.cause, url) : undefined;
}

function explainAnswer(data: string): WrongScheme {
  if (data.startsWith(alertRecord)) return tlsPort;
  return data.includes('not an HTTP port') ? transportPort : foreignPort;
}

/** The first bytes of a TLS alert: its type and the major version. Undici gives what it cannot parse as the error's `data`. */
const alertRecord = '\x15\x03';
