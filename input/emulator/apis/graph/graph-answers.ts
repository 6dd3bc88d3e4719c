// The refusals of Graph in its own words.

import { answerJson, type HttpAnswer } from '../../server/answer.ts';

function refuse(status: number, code: string, message: string, headers = {}): HttpAnswer {
  return answerJson(
    status,
    { error: { code, message, innerError: { 'request-id': '00000000-0000-4000-8000-000000000000' } } },
    headers,
  );
}

export const answerNoToken = (): HttpAnswer =>
  refuse(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.', {
    'WWW-Authenticate': 'Bearer error="invalid_token"',
  });

export const answerNoPermission = (): HttpAnswer =>
  refuse(
    403,
    'Authentication_MSGraphPermissionMissing',
    'The principal does not have required Microsoft Graph permission(s) to call this API.',
  );

export const answerNoLicence = (): HttpAnswer =>
  refuse(
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    "Neither tenant is B2C or tenant doesn't have premium license",
  );

export const answerNoSegment = (path: string): HttpAnswer =>
  refuse(400, 'BadRequest', `Resource not found for the segment '${path.split('/').at(-1) ?? ''}'.`);

export const answerNoProperty = (property: string): HttpAnswer =>
  refuse(400, 'BadRequest', `Could not find a property named '${property}' on this type.`);

export const answerExpiredPage = (): HttpAnswer => refuse(400, 'BadRequest', 'Skip token is null.');

export const answerTooMany = (afterMs: number, saysWhen: boolean): HttpAnswer =>
  refuse(
    429,
    'TooManyRequests',
    'This request is throttled. Please try again after the value specified in the Retry-After header.',
    saysWhen ? { 'Retry-After': String(Math.max(1, Math.ceil(afterMs / 1000))) } : {},
  );
