// The registry: every kind of source, one line each. Everything else knows sources through it alone.

import { graphKinds } from './graph/index.ts';
import { managementActivity } from './management-activity/index.ts';
import type { SourceKind } from './source-kind.ts';
import { type RegisteredKind, toRegistered } from './stream-source.ts';

const kinds: RegisteredKind[] = [
  toRegistered(managementActivity), // the Office 365 Management Activity API
  ...graphKinds.map(toRegistered), // Microsoft Graph, one for each log type
];

/** The kind of a stream that names none. */
export const usualKind = managementActivity.name;

export function sourceKinds(): readonly RegisteredKind[] {
  return kinds;
}

export function findKind(name: string): RegisteredKind | undefined {
  return kinds.find((kind) => kind.name === name);
}

/** Adds a kind of source that another program brings. It has to be called before a policy is read. */
export function registerSource<Options extends object>(kind: SourceKind<Options>): void {
  kinds.push(toRegistered(kind));
}
