// What a request is answered with, before anything is sent; and the bodies that Microsoft's services answer errors with.

import { isoTime } from './time.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Pieces are made as they are taken. */
  readonly body: string | Uint8Array | Iterable<string | Uint8Array>;
}

const plainHeaders = { 'Cache-Control': 'no-cache', Server: 'Microsoft-IIS/10.0' };

export function answerJson(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return answerText(status, JSON.stringify(value), { ...jsonType, ...headers });
}

export const jsonType = { 'Content-Type': 'application/json; charset=utf-8' };

export function answerText(
  status: number,
  body: Answer['body'],
  headers: Readonly<Record<string, string>>,
): Answer {
  return { status, headers: { ...plainHeaders, ...headers }, body };
}

/** The status each code is answered with: seen where anyone saw it, else the likeliest. */
const afStatus: Record<string, number> = {
  AF10001: 401,
  AF20010: 401,
  AF20050: 404,
  AF429: 403,
  AF50000: 500,
  AF50005: 500,
  AF50006: 500,
};

const afMessages: Record<string, string> = {
  AF10001: 'The permission set () sent in the request did not include the expected permission.',
  AF20001: 'Missing parameter: contentType.',
  AF20002: 'Invalid parameter type: startTime. Expected type: datetime.',
  AF20010: 'The tenant ID passed in the URL does not match the tenant ID passed in the access token.',
  AF20011: 'Specified tenant ID does not exist in the system or has been deleted.',
  AF20012: 'Specified tenant ID is incorrectly configured in the system.',
  AF20013: 'The tenant ID passed in the URL is not a valid GUID.',
  AF20020: 'The specified content type is not valid.',
  AF20022: 'No subscription found for the specified content type.',
  AF20023: 'The subscription was disabled.',
  AF20024: 'The subscription is already enabled. No property change.',
  AF20030:
    'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.',
  AF20031: 'Invalid nextPage input.',
  AF20050: 'The specified content does not exist.',
  AF20051:
    'Content requested with the key has already expired. Content older than 7 days cannot be retrieved.',
  AF20052: 'Content ID in the URL is invalid.',
  AF20055:
    'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.',
  AF429: 'Too many requests.',
  AF50000: 'An internal error occurred. Retry the request.',
};

export interface AfOptions {
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly headers?: Record<string, string> | undefined;
  /** The single-quoted kind that is not JSON, as one documented sample has it. */
  readonly singleQuoted?: boolean | undefined;
}

export function answerAf(code: string, options: AfOptions = {}): Answer {
  const status = options.status ?? afStatus[code] ?? 400;
  const message = options.message ?? afMessages[code] ?? 'An error occurred.';
  const body = options.singleQuoted
    ? `{'error':{'code':'${code}','message':'${message}'}}`
    : JSON.stringify({ error: { code, message } });
  return answerText(status, body, { ...jsonType, ...options.headers });
}

/** A request without a usable token: no AF code at all. */
export const answerUnauthorized = (): Answer =>
  answerJson(
    401,
    { Message: 'Authorization has been denied for this request.' },
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  );

interface Aadsts {
  readonly error: string;
  readonly status: number;
  readonly message: string;
}

const aadsts: Record<number, Aadsts> = {
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
  readonly now: number;
  /** Trace and correlation ids come from it. */
  readonly guid: (index: number) => string;
  readonly message?: string | undefined;
  readonly status?: number | undefined;
}

/** A refusal of the token endpoint, as Entra writes it. */
export function answerAadsts(code: number, options: AadstsOptions): Answer {
  const known = aadsts[code] ?? {
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
