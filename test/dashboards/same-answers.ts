// Compares two answers to a panel as a person would see them: exactly, but for what Elasticsearch estimates, and for
// which of several equals stands first.

import type { PanelAnswer } from '../../dashboards/interpret/ask-panel.ts';
import type { Cell } from '../../dashboards/interpret/lens-table.ts';
import type { QueryView } from '../../dashboards/interpret/view.ts';

export function disagreements(
  panel: QueryView,
  here: PanelAnswer | undefined,
  there: PanelAnswer | undefined,
): string[] {
  if (here === undefined || there === undefined) return ['no answer'];
  if (here.kind === 'lens' && there.kind === 'lens' && panel.kind === 'lens') {
    if (here.rows.length !== there.rows.length) return [`${here.rows.length} rows, not ${there.rows.length}`];
    const { columns } = panel.layer;
    return there.rows.flatMap((row, index) =>
      Object.entries(row).flatMap(([id, wanted]) => {
        const found = here.rows[index]?.[id] ?? null;
        const { operationType, label } = Object(columns[id]);
        return isSame(found, wanted, operationType)
          ? []
          : [`row ${index}, ${label}: ${found}, not ${wanted}`];
      }),
    );
  }
  if (here.kind === 'search' && there.kind === 'search') {
    // Documents of one instant are in any order.
    const sorted = ({ rows, total }: typeof here) => JSON.stringify([total, rows.map(String).toSorted()]);
    const times = ({ rows }: typeof here) => JSON.stringify(rows.map(([time]) => time));
    const last = there.rows.at(-1)?.[0];
    const isCut = there.total > there.rows.length && there.rows.filter(([time]) => time === last).length > 1;
    const same = times(here) === times(there) && (isCut || sorted(here) === sorted(there));
    return same ? [] : [`${sorted(here).slice(0, 500)}, not ${sorted(there).slice(0, 500)}`];
  }
  if (here.kind === 'map' && there.kind === 'map') {
    const shown = ({ clusters }: typeof here) =>
      clusters.map(({ lat, lon, count }) => `${count} at ${lat.toFixed(3)},${lon.toFixed(3)}`).toSorted();
    const [found, wanted] = [shown(here), shown(there)];
    return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`${found}, not ${wanted}`];
  }
  return ['answers of two kinds'];
}

function isSame(found: Cell, wanted: Cell, operation: unknown): boolean {
  if (typeof found !== 'number' || typeof wanted !== 'number') return found === wanted;
  const tolerance = operation === 'percentile' || operation === 'median' ? 0.06 : 1e-9;
  return Math.abs(found - wanted) <= Math.abs(wanted) * tolerance;
}

/** Queries in KQL of every kind, over fields of every kind. */
export const someQuestions: readonly string[] = [
  'event.outcome: failure',
  'event.outcome: (failure or success) and not user.name: *',
  'event.category: authentication and event.type: start',
  'user.name: j*',
  'user.email: *@contoso.example',
  'event.action: "UserLoggedIn" or event.action: File*',
  'event.action: *load*',
  'source.ip: "67.43.156.0/24"',
  'source.ip: *',
  'source.ip >= 67.43.156.0',
  'source.geo.location: *',
  'source.geo.country_name: "United Kingdom"',
  'user_agent.name: Chrome*',
  'user_agent.original.text: mozilla',
  'user_agent.original.text: "safari/605.1.15"',
  'message: signed',
  'message: "signed in to"',
  'message: SIGN*',
  'message: "in signed"',
  'm365.collection.blobs.lost > 0',
  'm365.collection.blobs.lost: 0',
  'm365.collection.lag >= 60000 and m365.collection.lag < 600000',
  'm365.collection.health: (degraded or failed)',
  '@timestamp >= "2026-11-19"',
  '@timestamp > "2026-11-19"',
  '@timestamp <= "2026-11-19"',
  '@timestamp < "2026-11-19T12:00"',
  '@timestamp: "2026-11-19"',
  '@timestamp >= "2026-11-19T12:00:00+02:00"',
  '@timestamp >= "2026-11-20T12:00:00Z||-1d/d"',
  'o365.audit.RecordType: 15',
  'o365.audit.RecordType > 14',
  'o365.audit.ExtendedProperties.UserAgent: *',
  'o365.audit.Actor.ID: *',
  'o365.audit.other: *',
  'file.size > 100000',
  'file.name: *.docx',
  'organization.name < D',
  'not source.ip: *',
  'tags: m365-emulator',
  'related.user: *',
  'no.such.field: x',
];
