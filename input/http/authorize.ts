// Adds the bearer token, and renews it once when the server no longer takes it.

import { OperatorError } from '../contract/errors.ts';
import { HttpError, type Wrapper } from './exchange.ts';

export interface TokenProvider {
  /** A token that is valid now. */
  token(signal: AbortSignal): Promise<string>;
  /** Forgets this token; another caller's newer one is kept. */
  discard(token: string): void;
}

/** `isRejected` tells whether an error means that the token itself was refused. */
export function authorize(
  tokens: TokenProvider,
  isRejected: (error: OperatorError) => boolean = (error) =>
    error instanceof HttpError && error.status === 401,
): Wrapper {
  return (send) => async (request) => {
    const attempt = async (token: string) =>
      send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
    const token = await tokens.token(request.signal);
    try {
      return await attempt(token);
    } catch (error) {
      if (!(error instanceof OperatorError) || !isRejected(error)) throw error;
      tokens.discard(token);
      const renewed = await tokens.token(request.signal);
      if (renewed === token) throw error;
      return attempt(renewed);
    }
  };
}
