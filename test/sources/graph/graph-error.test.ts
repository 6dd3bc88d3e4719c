// What Graph's refusals are taken for, and what the operator is told.

import { expect, test } from '@jest/globals';
import { readGraphError } from '../../../input/sources/graph/api/graph-error.ts';

const body = (code: string, message: string) => JSON.stringify({ error: { code, message } });

test.each([
  [
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    "tenant doesn't have premium license",
    'no-premium-licence',
  ],
  [
    403,
    'Authentication_MSGraphPermissionMissing',
    'does not have required permission(s)',
    'missing-permission',
  ],
  [
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
    'missing-permission',
  ],
  [403, 'Forbidden', 'Something else.', 'forbidden'],
  [
    400,
    'BadRequest',
    "Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'.",
    'unknown-property',
  ],
  [400, 'BadRequest', "Resource not found for the segment 'alerts_v2'.", 'no-such-endpoint'],
  [404, 'ResourceNotFound', 'Resource could not be discovered.', 'no-such-endpoint'],
  [400, 'BadRequest', 'Skip token is null.', 'page-expired'],
  [410, 'Gone', '', 'gone'],
  [429, 'TooManyRequests', 'Too many requests', 'throttled'],
  [429, 'UnknownError', '', 'throttled'],
  [401, 'InvalidAuthenticationToken', 'Access token has expired.', 'unauthorized'],
  [503, 'ServiceUnavailable', '', 'server-error'],
])('%i %s: %s', (status, code, message, expected) => {
  expect(readGraphError(body(code, message), status, { permissions: [] }).code).toBe(expected);
});

test('names the permissions that the log type needs', () => {
  const text = body('Authorization_RequestDenied', 'Insufficient privileges.');
  const error = readGraphError(text, 403, { permissions: ['AuditLog.Read.All', 'Directory.Read.All'] });
  expect(error.message).toContain('It needs AuditLog.Read.All and Directory.Read.All.');
  expect(error.needsOperator).toBe(true);
});

test('waits as long as Graph says', () => {
  expect(readGraphError('', 429, { permissions: [], afterMs: 7000 }).retry).toEqual({
    kind: 'later',
    afterMs: 7000,
  });
});
