// Makes ids that are the same in every run: Kibana expects the form of a UUID, and a hash of the object's name fills
// it. What a package installs has to begin with its name.

import { createHash } from 'node:crypto';
import type { DatasetPackage } from '../pipelines/datasets.ts';
import type { DashboardDefinition } from './definition.ts';

/** Makes a UUID of version 8 (free content) from the words that name a thing. */
export function idOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? '8';
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

type NamedDashboard = Pick<DashboardDefinition, 'id' | 'package'>;

export const dashboardId = (dashboard: NamedDashboard): string => `${dashboard.package}-${dashboard.id}`;

export const searchId = (dashboard: NamedDashboard, question: string): string =>
  `${dashboardId(dashboard)}-${idOf(dashboard.id, question).slice(0, 8)}`;

export const tagId = (packageName: DatasetPackage): string => `${packageName}-microsoft-365`;
