// Lays the status board out as a table for a terminal: a row for each feed, or for each tenant when those are too many.
// It makes text only, at most `columns` wide; progress.ts draws it again and again.

import { type Counter, type Health, severity } from '../../contract/telemetry.ts';
import { spell } from '../status/component-name.ts';
import type { ComponentStatus, Status } from '../status/status-board.ts';
import { formatCount, formatDuration } from './format-numbers.ts';
import { fold, shorten } from './wrap.ts';

export interface TableOptions {
  readonly columns: number;
  readonly rows: number;
  readonly paint: (health: Health, text: string) => string;
  /** The name by which an operator knows a tenant, by GUID. */
  readonly names: ReadonlyMap<string, string>;
}

/** One row of the table, for a tenant or a feed. `title` rows carry a name only. */
interface ProgressRow {
  readonly label: string;
  readonly title?: true;
  readonly health: Health;
  readonly message: string;
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly lagMs: number | undefined;
}

interface ProgressColumn {
  readonly title: string;
  /** The things that the column counts. */
  readonly unit?: 'items' | 'records';
  readonly width: number;
  readonly read: (row: ProgressRow) => string;
}

const progressColumns: readonly ProgressColumn[] = [
  {
    title: 'listed',
    unit: 'items',
    width: 6,
    read: ({ counters }) => formatCount(counters.items_listed, 6),
  },
  {
    title: 'fetched',
    unit: 'items',
    width: 7,
    read: ({ counters }) => formatCount(counters.items_fetched, 7),
  },
  {
    title: 'lost',
    unit: 'items',
    width: 5,
    read: ({ counters }) => formatCount(counters.items_lost, 5),
  },
  {
    title: 'delivered',
    unit: 'records',
    width: 9,
    read: ({ counters }) => formatCount(counters.records_delivered, 9),
  },
  {
    title: 'duplicates',
    unit: 'records',
    width: 10,
    read: ({ counters }) => formatCount(counters.records_duplicate, 10),
  },
  { title: 'lag', width: 4, read: ({ lagMs }) => formatDuration(lagMs) },
];
const labelWidth = 20;
const leastLabelWidth = 8;
const stateWidth = 8;
/** Columns are left out of a narrow terminal in this order. The count of lost content is also said in words. */
const expendable = ['duplicates', 'listed', 'fetched', 'lag', 'lost', 'delivered'];
const mostMessageLines = 6;
const linesOfMessage = 3;
/**
 * The height of everything but the rows: both lines of the head, what the figures mean, and what stands below the
 * table, with the prompt.
 */
const linesAround = 8;

export function drawProgressTable(status: Status, options: TableOptions): string {
  // The messages need room too.
  const space = Math.max(3, options.rows - mostMessageLines - linesAround);
  const rows = chooseRows(status, options, space);
  const shown = rows.length <= space ? rows : worstFirst(rows).slice(0, space);
  const hidden = rows.length - shown.length;
  const columns = fittingColumns(options.columns);
  const label = Math.min(labelWidth, Math.max(leastLabelWidth, options.columns - 1 - widthBeside(columns)));
  return [
    ...drawHead(columns, label),
    ...shown.map((row) => drawRow(row, { ...options, progressColumns: columns, label })),
    ...(hidden > 0 ? [`… and ${hidden} more`] : []),
    ...drawMessages(shown, options),
    ...drawLegend(status, shown, columns, options),
  ].join('\n');
}

function chooseRows(status: Status, options: TableOptions, space: number): readonly ProgressRow[] {
  const totals = new Map(status.totals?.components.map((each) => [spell(each), each.counters]));
  // Counts reach back to when the ledger began, where that is known: a restart goes on counting.
  const counted = status.components.map((each) => ({
    ...each,
    counters: totals.get(spell(each)) ?? each.counters,
  }));
  const tenants = [...Map.groupBy(counted, ({ tenant_id = '' }) => tenant_id)];
  const nameOf = (id: string) => options.names.get(id) ?? id;
  const detailed = tenants.flatMap(([id, components]) => detailRows(nameOf(id), components));
  return detailed.length <= space
    ? detailed
    : tenants.map(([id, components]) => sumRow(nameOf(id), components));
}

/** A tenant's name stands above its feeds, with its own state where that is not well. */
function detailRows(label: string, components: readonly ComponentStatus[]): ProgressRow[] {
  const title: ProgressRow = {
    label,
    title: true,
    health: 'healthy',
    message: '',
    counters: {},
    lagMs: undefined,
  };
  const own = components.filter(({ kind, health }) => kind === 'stream' && health !== 'healthy');
  const others = components.filter(({ kind }) => kind !== 'stream');
  return [
    title,
    ...own.map((each) => toRow('(tenant)', each)),
    ...others.map((each) => toRow(labelOf(each), each)),
  ];
}

function labelOf({ feed, name, kind }: ComponentStatus): string {
  return feed?.replace(/^Audit\./, '') ?? name ?? kind;
}

function toRow(label: string, { health, message, counters, lag }: ComponentStatus): ProgressRow {
  const lagMs = lag?.from_creation_time_ms ?? lag?.from_content_created_ms;
  return { label, health, message, counters, lagMs };
}

/** One row stands for all feeds of a tenant: sums, the worst state and the longest lag. */
function sumRow(label: string, components: readonly ComponentStatus[]): ProgressRow {
  const rows = worstFirst(components.map((each) => toRow(label, each)));
  const counters: Partial<Record<Counter, number>> = {};
  for (const name of [
    'items_listed',
    'items_fetched',
    'records_delivered',
    'records_duplicate',
    'items_lost',
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

function worstFirst(rows: readonly ProgressRow[]): ProgressRow[] {
  return rows.toSorted((a, b) => severity.indexOf(b.health) - severity.indexOf(a.health));
}

const widthBeside = (shown: readonly ProgressColumn[]): number =>
  shown.reduce((sum, { width }) => sum + width + 1, 1 + stateWidth);

function fittingColumns(columns: number): readonly ProgressColumn[] {
  let fitting = progressColumns;
  for (const title of expendable) {
    if (labelWidth + widthBeside(fitting) < columns) break;
    fitting = fitting.filter((figure) => figure.title !== title);
  }
  return fitting;
}

/** A heading stands above the columns of each counted thing. */
function drawHead(shown: readonly ProgressColumn[], label: number): string[] {
  const units = [...Map.groupBy(shown, ({ unit }) => unit)].map(([unit, own]) =>
    titleAcross(
      unit,
      own.reduce((sum, { width }) => sum + width + 1, -1),
    ),
  );
  const titles = shown.map(({ title, width }) => title.padStart(width));
  const indent = ' '.repeat(label);
  return [[indent, ...units].join(' ').trimEnd(), [indent, ...titles, 'state'].join(' ')];
}

function titleAcross(title: ProgressColumn['unit'], width: number): string {
  if (title === undefined) return ' '.repeat(width);
  if (title.length + 4 > width) return title.padStart(width);
  const left = Math.floor((width - title.length - 2) / 2);
  return `${'─'.repeat(left)} ${title} ${'─'.repeat(width - title.length - 2 - left)}`;
}

interface RowOptions extends TableOptions {
  readonly progressColumns: readonly ProgressColumn[];
  readonly label: number;
}

function drawRow(row: ProgressRow, { columns, paint, progressColumns: shown, label }: RowOptions): string {
  if (row.title) return shorten(row.label, columns - 1);
  const cells = shown.map(({ width, read }) => read(row).padStart(width));
  return [shorten(row.label, label).padEnd(label), ...cells, paint(row.health, row.health)].join(' ');
}

/**
 * The footer explains the lag where one is shown, and since when the figures count where that is more than this run.
 */
function drawLegend(
  { totals, started }: Status,
  rows: readonly ProgressRow[],
  shown: readonly ProgressColumn[],
  { columns }: TableOptions,
): string[] {
  const hasLag = shown.some(({ title }) => title === 'lag') && rows.some(({ lagMs }) => lagMs !== undefined);
  const goesOn = totals !== undefined && totals.since < started;
  const parts = [
    ...(goesOn
      ? [`Counted since ${totals.since.slice(0, 16).replace('T', ' ')} UTC, when the ledger began.`]
      : []),
    ...(hasLag ? ['Lag: from an event to its delivery, for the newest record.'] : []),
  ];
  return parts.length === 0 ? [] : fold(parts.join(' '), columns - 1, 3);
}

/** Messages say what is wrong or waited for, once each, however many feeds share them. */
function drawMessages(rows: readonly ProgressRow[], { columns, paint }: TableOptions): string[] {
  const shown = worstFirst(rows).filter(({ health, message }) => !calm.has(health) && message !== '');
  const groups = [...Map.groupBy(shown, ({ message }) => message)];
  return groups
    .flatMap(([message, sharing]) => {
      const [first = '', ...others] = sharing.map(({ label }) => label);
      const whom = others.length > 1 ? `${first} and ${others.length} more` : [first, ...others].join(', ');
      const text = message.startsWith(first) ? message : `${whom}: ${message}`;
      return fold(text, columns - 1, linesOfMessage).map((line) =>
        paint(sharing[0]?.health ?? 'starting', line),
      );
    })
    .slice(0, mostMessageLines);
}

const calm: ReadonlySet<Health> = new Set(['healthy', 'stopped']);
