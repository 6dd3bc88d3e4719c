// Tells which errors concern the tenant as a whole, and which only the slice of time that is being read.

import type { OperatorError } from '../../../contract/errors.ts';
import { isUnreachable } from '../../tenant/tenant-gate.ts';
import { GraphError } from './graph-error.ts';

/** Returns true where the next request to this tenant would fail the same way, whatever it asks. */
export function isTenantsFault(error: OperatorError): boolean {
  if (error instanceof GraphError) return false;
  return !ofThePage.has(error.code) && isUnreachable(error);
}

const ofThePage = new Set([
  'next-page-refused',
  'broken-page',
  'endless-listing',
  'slice-too-large',
  'unstable-slice',
]);
