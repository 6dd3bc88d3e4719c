// Tells which errors concern the tenant as a whole.

import { isUnreachable } from '../../tenant/tenant-gate.ts';
import { ApiError } from './api-error.ts';

/** Returns true where the next request to this tenant would fail the same way, whatever it asks. */
export function isTenantWide(error: unknown): boolean {
  if (error instanceof ApiError) return error.entry?.effect === 'fail tenant';
  return isUnreachable(error);
}
