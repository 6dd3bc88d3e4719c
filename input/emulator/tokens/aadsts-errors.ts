// The errors of Entra's token endpoint: AADSTS numbers, each with the status and the message that it comes with.

import { isoTime } from '../../contract/time.ts';
import { answerJson, type HttpAnswer } from '../server/answer.ts';

interface AadstsError {
  readonly error: string;
  readonly status: number;
  readonly message: string;
}

const aadstsErrors: Record<number, AadstsError> = {
  70003: {
    error: 'unsupported_grant_type',
    status: 400,
    message: 'The app returned an unsupported grant type.',
  },
  70011: { error: 'invalid_scope', status: 400, message: 'The provided value for scope is not valid.' },
  90002: {
    error: 'invalid_request',
    status: 400,
    message:
      'Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  },
  500011: {
    error: 'invalid_resource',
    status: 400,
    message: 'The resource principal was not found in the tenant.',
  },
  700016: {
    error: 'unauthorized_client',
    status: 400,
    message:
      'Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
  },
  700024: {
    error: 'invalid_client',
    status: 401,
    message: 'Client assertion is not within its valid time range.',
  },
  700027: {
    error: 'invalid_client',
    status: 401,
    message:
      'The certificate with identifier used to sign the client assertion is not registered on application.',
  },
  900144: {
    error: 'invalid_request',
    status: 400,
    message: 'The request body must contain the following parameter: grant_type.',
  },
  7000112: { error: 'unauthorized_client', status: 400, message: 'Application is disabled.' },
  7000215: {
    error: 'invalid_client',
    status: 401,
    message:
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to the app.',
  },
  7000218: {
    error: 'invalid_client',
    status: 401,
    message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    error: 'invalid_client',
    status: 401,
    message: 'The provided client secret keys for the app are expired.',
  },
};

export interface AadstsOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Makes the trace and correlation ids. */
  readonly guid: (index: number) => string;
  readonly message?: string | undefined;
  readonly status?: number | undefined;
}

/** Answers with a refusal of the token endpoint, as Entra writes it. */
export function answerAadsts(code: number, options: AadstsOptions): HttpAnswer {
  const known = aadstsErrors[code] ?? {
    error: 'invalid_request',
    status: 400,
    message: 'The request was refused.',
  };
  const timestamp = isoTime(options.now).replace('T', ' ').slice(0, 19);
  const [trace, correlation] = [options.guid(0), options.guid(1)];
  return answerJson(options.status ?? known.status, {
    error: known.error,
    error_description: `AADSTS${code}: ${options.message ?? known.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}Z`,
    error_codes: [code],
    timestamp: `${timestamp}Z`,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
