// The errors of the Management Activity API: AF codes, each with the status and the message that it comes with.

import { answerText, type HttpAnswer, jsonType } from '../../server/answer.ts';

/** The HTTP status of each code: the one that was seen where anyone saw it, else the likeliest. */
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
  /** True for the single-quoted form that is no JSON, as one documented sample has it. */
  readonly singleQuoted?: boolean | undefined;
}

/** Answers an error of the API; without options, with the status and message of the code. */
export function answerAf(code: string, options: AfOptions = {}): HttpAnswer {
  const status = options.status ?? afStatus[code] ?? 400;
  const message = options.message ?? afMessages[code] ?? 'An error occurred.';
  const body = options.singleQuoted
    ? `{'error':{'code':'${code}','message':'${message}'}}`
    : JSON.stringify({ error: { code, message } });
  return answerText(status, body, { ...jsonType, ...options.headers });
}
