// Draws a document on one line, for people: its time (UTC), its outcome, the person and the message.

import { styleText } from 'node:util';
import { listRawFields } from '../../../pipelines/index.ts';
import type { LocalDocument } from '../../local-documents/document-lines.ts';
import type { TerminalColour } from '../terminal/terminal.ts';
import { cellsOf, cutTo, padTo, plainText } from './cells.ts';

export interface LineFormat {
  /** Undefined where nothing is cut: a pipe or a file. */
  readonly columns: number | undefined;
  readonly hasColours: boolean;
}

const whoWidth = 22;
/** A narrower line has no column for the person, whom most messages name. */
const roomyColumns = 110;

const outcomes: Readonly<Record<string, { readonly mark: string; readonly colour: TerminalColour }>> = {
  success: { mark: 'ok', colour: 'green' },
  failure: { mark: 'failed', colour: 'red' },
  healthy: { mark: 'ok', colour: 'green' },
  degraded: { mark: 'ill', colour: 'yellow' },
};
const outcomeWidth = 6;

export function drawDocument(tree: LocalDocument['tree'], { columns, hasColours }: LineFormat): string {
  const paint = (colour: TerminalColour, text: string) =>
    hasColours ? styleText(colour, text, { validateStream: false }) : text;
  const outcome = textAt(tree, 'event.outcome') ?? textAt(tree, 'm365.collection.health') ?? '';
  const { mark, colour } = outcomes[outcome] ?? { mark: outcome || '-', colour: 'gray' };
  const time = timeOf(tree);
  const isRoomy = columns === undefined || columns >= roomyColumns;
  const who = isRoomy ? [paint('cyan', padTo(whoOf(tree), whoWidth))] : [];
  const head = [time, padTo(mark, outcomeWidth)].join('  ');
  const taken = cellsOf(head) + 2 + (isRoomy ? whoWidth + 2 : 0);
  const text = isRoomy ? messageOf(tree) : namingWho(messageOf(tree), whoOf(tree));
  const message = columns === undefined ? text : cutTo(text, Math.max(1, columns - taken));
  const isAlert = textAt(tree, 'event.kind') === 'alert';
  return [
    paint('gray', time),
    paint(colour, padTo(mark, outcomeWidth)),
    ...who,
    isAlert ? paint('yellow', message) : message,
  ].join('  ');
}

const namingWho = (message: string, who: string): string =>
  who === '-' || message.includes(who) ? message : `${who}: ${message}`;

const timeOf = (tree: LocalDocument['tree']): string =>
  (
    plainText(textAt(tree, '@timestamp') ?? firstAt(tree, listRawFields('time')) ?? '')
      .replace('T', ' ')
      .slice(0, 19) || '-'
  ).padEnd(19);

function whoOf(tree: LocalDocument['tree']): string {
  const names = [
    'user.name',
    'user.email',
    'user.id',
    'm365.collection.tenant',
    ...listRawFields('actor'),
    'source.ip',
  ];
  return plainText(firstAt(tree, names) ?? '-');
}

/** A document that was never mapped has no message. */
function messageOf(tree: LocalDocument['tree']): string {
  const parts = ['m365.collection.content_type', 'message', 'm365.collection.message'].map((name) =>
    textAt(tree, name),
  );
  const text = parts.filter((part) => part !== undefined).join(': ');
  return plainText(
    text ||
      textAt(tree, 'event.action') ||
      firstAt(tree, listRawFields('action')) ||
      textAt(tree, '_id') ||
      '-',
  );
}

function firstAt(tree: LocalDocument['tree'], names: readonly string[]): string | undefined {
  return names.map((name) => textAt(tree, name)).find((text) => text !== undefined);
}

/** Of a list, the first. */
function textAt(tree: LocalDocument['tree'], path: string): string | undefined {
  let value: unknown = tree;
  for (const key of path.split('.')) {
    const above = Array.isArray(value) ? value[0] : value;
    value =
      typeof above === 'object' && above !== null
        ? Object.entries(above).find(([name]) => name === key)?.[1]
        : undefined;
  }
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
