// Explains failures below HTTP in words an operator can act on. It knows Node's and undici's error codes, nothing else.

import { OperatorError, type OperatorErrorFields } from '../contract/errors.ts';
import { excerptOf, type HttpRequest, hostOf } from './exchange.ts';

/** A failure below HTTP. `unreachable` is true where the next request to the same host would fail too. */
export class NetworkError extends OperatorError {
  readonly unreachable: boolean;

  constructor(fields: OperatorErrorFields & { readonly unreachable: boolean }) {
    super(fields);
    this.unreachable = fields.unreachable;
  }
}

export interface NetworkExplanation {
  /** Half a sentence about the host, such as `the connection was refused`. */
  readonly what: string;
  readonly advice: string;
}

const firewall = 'Check DNS, proxy and firewall; `m365 check` lists the hosts to allow.';
const authority =
  'If a proxy inspects TLS, name its authority in ssl.certificate_authorities; otherwise do not trust this connection.';

const explanations: Readonly<Record<string, NetworkExplanation>> = {
  ENOTFOUND: { what: 'its name cannot be resolved', advice: firewall },
  EAI_AGAIN: { what: 'the name server does not answer', advice: firewall },
  ECONNREFUSED: { what: 'the connection was refused', advice: firewall },
  EHOSTUNREACH: { what: 'there is no route to it', advice: firewall },
  ENETUNREACH: { what: 'the network is unreachable', advice: firewall },
  ETIMEDOUT: { what: 'it cannot be reached in time', advice: firewall },
  UND_ERR_CONNECT_TIMEOUT: { what: 'it cannot be reached in time', advice: firewall },
  UND_ERR_HEADERS_TIMEOUT: { what: 'no answer came in time', advice: 'It is tried again.' },
  UND_ERR_BODY_TIMEOUT: { what: 'the answer stopped half way', advice: 'It is tried again.' },
  UND_ERR_SOCKET: { what: 'the connection was closed early', advice: 'It is tried again.' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    what: 'the answer ended before its announced length',
    advice: 'It is tried again.',
  },
  ECONNRESET: { what: 'the connection was reset', advice: 'It is tried again.' },
  EPIPE: { what: 'the connection was closed early', advice: 'It is tried again.' },
  Z_BUF_ERROR: { what: 'the compressed answer broke off', advice: 'It is tried again.' },
  Z_DATA_ERROR: { what: 'the compressed answer is damaged', advice: 'It is tried again.' },
  CERT_HAS_EXPIRED: { what: 'its certificate has expired', advice: authority },
  DEPTH_ZERO_SELF_SIGNED_CERT: { what: 'its certificate is self-signed', advice: authority },
  SELF_SIGNED_CERT_IN_CHAIN: { what: 'its certificate comes from an unknown authority', advice: authority },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { what: 'its certificate cannot be verified', advice: authority },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { what: 'its certificate cannot be verified', advice: authority },
  ERR_TLS_CERT_ALTNAME_INVALID: { what: 'its certificate is for another host', advice: authority },
  ERR_TLS_CERT_UNPINNED: {
    what: 'no certificate of its chain is one of ssl.ca_sha256',
    advice:
      'Correct ssl.ca_sha256, the SHA-256 of the public key of the authority in base64; otherwise do not trust this connection.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: { what: 'what answers there does not speak TLS', advice: firewall },
};

/** Turns an error into a NetworkError. An abort is no failure and passes unchanged. */
export function explainNetworkFailure(error: unknown, request: HttpRequest): unknown {
  if (request.signal.aborted || error instanceof OperatorError) return error;
  const code = codeOf(error);
  const known = explanations[code];
  const { what, advice } = readNetworkFailure(error);
  return new NetworkError({
    unreachable: known?.advice === firewall || known?.advice === authority,
    code: known === undefined ? 'network' : code,
    message: `${hostOf(request.url)} did not answer: ${what}.`,
    advice,
    retry: { kind: 'later' },
    cause: error,
  });
}

export function readNetworkFailure(error: unknown): NetworkExplanation {
  return explanations[codeOf(error)] ?? { what: excerptOf(messageOf(error)), advice: firewall };
}

/** Finds the first known code, from the outside in. Several failed addresses of one host come as an AggregateError. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && Object.hasOwn(explanations, error.code)) {
    return error.code;
  }
  const inside: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return codeOf(inside ?? ('cause' in error ? error.cause : undefined));
}

/** Returns the innermost message, which tells the most. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return 'cause' in error && error.cause !== undefined ? messageOf(error.cause) : String(error.message);
}
