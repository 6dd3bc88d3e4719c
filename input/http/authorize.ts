// Adds the bearer token to requests, and renews it once when the server refuses it.

import { OperatorError } from '../contract/errors.ts';
import { HttpError, type Wrapper } from './exchange.ts';

export interface TokenProvider {
  /** Returns a token that is valid now. */
  token(signal: AbortSignal): Promise<string>;
  /** Drops this token; a newer one of another caller is kept. */
  discard(token: string): void;
}

/** Wraps a Send. `isRejected` is true for an error by which the token itself was refused. */
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
