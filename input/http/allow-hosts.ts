// Sends requests to the named origins only, and follows no redirect, so that a token goes nowhere else.

import { OperatorError } from '../contract/errors.ts';
import { HttpError, hostOf, type Wrapper } from './exchange.ts';

export function allowHosts(origins: readonly string[]): Wrapper {
  const allowed = new Set(origins);
  return (send) => async (request) => {
    if (!URL.canParse(request.url) || !allowed.has(new URL(request.url).origin)) throw refused(request.url);
    try {
      return await send(request);
    } catch (error) {
      if (error instanceof HttpError && error.status >= 300 && error.status < 400)
        throw redirected(request.url);
      throw error;
    }
  };
}

function refused(url: string): OperatorError {
  return new OperatorError({
    code: 'host-refused',
    message: `A request to ${hostOf(url)} was refused: it is not a host of the configured cloud.`,
    advice: 'Check the settings cloud, login_url and management_url.',
    retry: { kind: 'never' },
  });
}

function redirected(url: string): OperatorError {
  return new OperatorError({
    code: 'redirect-refused',
    message: `${hostOf(url)} answered with a redirect, which is not followed.`,
    advice: 'A proxy or a sign-in page may stand in between; check proxy_url and the hosts of the cloud.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}

/** Returns the origin of a configured URL. Throws an OperatorError unless it is https, or http on this machine. */
export function trustedOrigin(setting: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname))) {
    return parsed.origin;
  }
  throw new OperatorError({
    code: 'insecure-url',
    message: `${setting} is ${parsed === undefined ? 'not a URL' : `${parsed.origin}, which is not https`}.`,
    advice: 'Write an https URL; http is accepted for 127.0.0.1, [::1] and localhost only.',
    retry: { kind: 'never' },
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
