// The board as a table for a terminal: a row for each content type, or for each tenant when those are too many.
// Text only, at most `columns` wide; drawing it again and again is progress.ts.

import type { Counter, Health } from './contract.ts';
import { formatCount, formatSpan } from './figures.ts';
import { type ScopeStatus, type Status, severity } from './status-board.ts';
import { wrap } from './wrap.ts';

export interface TableOptions {
  readonly columns: number;
  readonly rows: number;
  readonly paint: (health: Health, text: string) => string;
  /** GUID → the name an operator knows a tenant by. */
  readonly names: ReadonlyMap<string, string>;
}

/** One tenant or content type. `title` rows carry a name only. */
interface Row {
  readonly label: string;
  readonly title?: true;
  readonly health: Health;
  readonly message: string;
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly lagMs: number | undefined;
}

interface Figure {
  readonly title: string;
  readonly width: number;
  readonly read: (row: Row) => string;
}

const figures: readonly Figure[] = [
  { title: 'listed', width: 6, read: ({ counters }) => formatCount(counters.blobs_listed, 6) },
  { title: 'fetched', width: 7, read: ({ counters }) => formatCount(counters.blobs_fetched, 7) },
  { title: 'delivered', width: 9, read: ({ counters }) => formatCount(counters.records_delivered, 9) },
  { title: 'duplicates', width: 10, read: ({ counters }) => formatCount(counters.records_duplicate, 10) },
  { title: 'lost', width: 5, read: ({ counters }) => formatCount(counters.blobs_lost, 5) },
  { title: 'lag', width: 4, read: ({ lagMs }) => formatSpan(lagMs) },
];
const labelWidth = 20;
const stateWidth = 8;
/** Left out of a narrow terminal, the first one first. */
const expendable = ['duplicates', 'listed', 'fetched'];
const mostMessageLines = 6;
const linesOfMessage = 3;

export function drawTable(status: Status, options: TableOptions): string {
  // The head, the messages and the prompt need room too.
  const space = Math.max(3, options.rows - mostMessageLines - 4);
  const rows = chooseRows(status, options, space);
  const shown = rows.length <= space ? rows : worstFirst(rows).slice(0, space);
  const hidden = rows.length - shown.length;
  const columns = fittingFigures(options.columns);
  return [
    drawHead(columns),
    ...shown.map((row) => drawRow(row, columns, options)),
    ...(hidden > 0 ? [`… and ${hidden} more`] : []),
    ...drawMessages(shown, options),
  ].join('\n');
}

function chooseRows(status: Status, options: TableOptions, space: number): readonly Row[] {
  const tenants = [...Map.groupBy(status.scopes, ({ tenant_id }) => tenant_id)];
  const nameOf = (id: string) => options.names.get(id) ?? id;
  const detailed = tenants.flatMap(([id, scopes]) => detailRows(nameOf(id), scopes));
  return detailed.length <= space ? detailed : tenants.map(([id, scopes]) => sumRow(nameOf(id), scopes));
}

/** A tenant's name above its content types, and its own state where that is not well. */
function detailRows(label: string, scopes: readonly ScopeStatus[]): Row[] {
  const title: Row = { label, title: true, health: 'healthy', message: '', counters: {}, lagMs: undefined };
  const own = scopes.filter((scope) => scope.content_type === undefined && scope.health !== 'healthy');
  const types = scopes.filter((scope) => scope.content_type !== undefined);
  return [
    title,
    ...own.map((scope) => toRow('(tenant)', scope)),
    ...types.map((scope) => toRow(scope.content_type?.replace(/^Audit\./, '') ?? '', scope)),
  ];
}

function toRow(label: string, { health, message, counters, lag }: ScopeStatus): Row {
  const lagMs = lag?.from_creation_time_ms ?? lag?.from_content_created_ms;
  return { label, health, message, counters, lagMs };
}

/** All content types of a tenant in one row: sums, the worst state and the longest lag. */
function sumRow(label: string, scopes: readonly ScopeStatus[]): Row {
  const rows = worstFirst(scopes.map((scope) => toRow(label, scope)));
  const counters: Partial<Record<Counter, number>> = {};
  for (const name of [
    'blobs_listed',
    'blobs_fetched',
    'records_delivered',
    'records_duplicate',
    'blobs_lost',
  ] as const)
    counters[name] = rows.reduce((sum, row) => sum + (row.counters[name] ?? 0), 0);
  const lags = rows.flatMap(({ lagMs }) => (lagMs === undefined ? [] : [lagMs]));
  return {
    label,
    health: rows[0]?.health ?? 'starting',
    message: rows[0]?.message ?? '',
    counters,
    lagMs: lags.length > 0 ? Math.max(...lags) : undefined,
  };
}

function worstFirst(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => severity.indexOf(b.health) - severity.indexOf(a.health));
}

function fittingFigures(columns: number): readonly Figure[] {
  let fitting = figures;
  for (const title of expendable) {
    const width = fitting.reduce((sum, figure) => sum + figure.width + 1, labelWidth + 1 + stateWidth);
    if (width < columns) break;
    fitting = fitting.filter((figure) => figure.title !== title);
  }
  return fitting;
}

function drawHead(shown: readonly Figure[]): string {
  const titles = shown.map(({ title, width }) => title.padStart(width));
  return [' '.repeat(labelWidth), ...titles, 'state'].join(' ');
}

function drawRow(row: Row, shown: readonly Figure[], { columns, paint }: TableOptions): string {
  if (row.title) return row.label.slice(0, columns);
  const label = row.label.slice(0, labelWidth).padEnd(labelWidth);
  const cells = shown.map(({ width, read }) => read(row).padStart(width));
  return [label, ...cells, paint(row.health, row.health)].join(' ');
}

/** What is wrong or waited for: once for each message, however many content types share it. */
function drawMessages(rows: readonly Row[], { columns, paint }: TableOptions): string[] {
  const told = worstFirst(rows).filter(({ health, message }) => !calm.has(health) && message !== '');
  const groups = [...Map.groupBy(told, ({ message }) => message)];
  return groups
    .flatMap(([message, sharing]) => {
      const [first = '', ...others] = sharing.map(({ label }) => label);
      const whom = others.length > 1 ? `${first} and ${others.length} more` : [first, ...others].join(', ');
      const text = message.startsWith(first) ? message : `${whom}: ${message}`;
      return wrap(text, '', '  ', columns - 1)
        .slice(0, linesOfMessage)
        .map((line) => paint(sharing[0]?.health ?? 'starting', line.slice(0, columns - 1)));
    })
    .slice(0, mostMessageLines);
}

const calm: ReadonlySet<Health> = new Set(['healthy', 'stopped']);
