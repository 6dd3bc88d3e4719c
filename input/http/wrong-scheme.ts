// An address that begins with http:// where the port speaks TLS, or the other way round, or a port that speaks neither,
// told by how the first request fails. Everything else that goes wrong below HTTP is network-failure.ts.

import { errors } from 'undici';
import type { Explanation } from './network-failure.ts';

export interface WrongScheme extends Explanation {
  /** False where something else may be the matter. */
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

/** What a TLS port does that sends no alert; but not it alone. */
const silentPort: WrongScheme = {
  certain: false,
  what: 'it closed the connection without a word',
  advice: 'If it speaks TLS, write https:// in its address; otherwise its log says why.',
};

/** Elasticsearch says so itself, in words, to whoever speaks HTTP to its other port. */
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

/** Undefined where the failure is about something else. */
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

/** How a TLS alert begins: its type and the major version. What cannot be parsed as HTTP is the error's `data`. */
const alertRecord = '\x15\x03';
