// Draws tables: of a Lens panel, ten rows a page; and of single events.

import { colorsFor } from './colors.js';
import { element } from './element.js';
import { formatTime, formatValue } from './format.js';
import { shareWidths } from './table-widths.js';

const rowsPerPage = 10;

const isNumber = ({ dataType, isBucketed }) => dataType === 'number' && !isBucketed;

/** The callback `onPick(column, value, event)` receives the cell of a grouping that was clicked. */
export function drawTable(body, { layer, visualization }, rows, onPick) {
  const columns = visualization.columns.map(({ columnId }) => ({ id: columnId, ...layer.columns[columnId] }));
  const head = element(
    'tr',
    {},
    ...columns.map((column) =>
      element('th', { className: isNumber(column) ? 'number' : '', textContent: column.label }),
    ),
  );
  const cells = (row) =>
    columns.map((column) => {
      const value = row[column.id];
      const text = formatValue(value, column);
      const canPick = column.isBucketed && value !== '__other__';
      const cell = element('td', {
        title: text,
        className: isNumber(column) ? 'number' : canPick ? 'pick' : '',
      });
      const dot = healthDot(column, value);
      cell.append(...(dot === undefined ? [] : [dot]), text);
      if (canPick) cell.addEventListener('click', (event) => onPick(column, value, event));
      return cell;
    });
  const contents = columns.map((column) => contentOf(column, rows));
  page(body, [columnGroup(contents, body), element('thead', {}, head)], rows, (row) =>
    element('tr', {}, ...cells(row)),
  );
}

function contentOf(column, rows) {
  const isHealth = column.sourceField === healthField;
  return {
    head: column.label,
    texts: rows.map((row) => `${isHealth ? dotRoom : ''}${formatValue(row[column.id], column)}`),
    isRigid: isNumber(column) || isHealth || column.dataType === 'date' || column.dataType === 'ip',
  };
}

const healthField = 'm365.collection.health';
const dotRoom = '  ';

const health = colorsFor(
  {
    assignments: [
      ['healthy', '#54B399'],
      ['degraded', '#D6BF57'],
      ['failed', '#E7664C'],
      ['waiting', '#6092C0'],
    ].map(([value, colorCode]) => ({ rule: { values: [value] }, color: { colorCode } })),
  },
  [],
);

function healthDot({ sourceField }, value) {
  if (sourceField !== healthField) return undefined;
  return element('span', { className: 'badge', style: { background: health(value) } });
}

const columnGroup = (contents, { clientWidth }) =>
  element(
    'colgroup',
    {},
    ...shareWidths(contents, clientWidth).map((share) => element('col', { style: { width: `${share}%` } })),
  );

function page(body, heads, rows, draw) {
  const rowsOnPage = element('tbody');
  const table = element('table', {}, ...heads, rowsOnPage);
  const scroll = element('div', { className: 'scroll' }, table);
  body.replaceChildren(scroll);
  const pages = Math.ceil(rows.length / rowsPerPage);
  const show = (index) => {
    rowsOnPage.replaceChildren(...rows.slice(index * rowsPerPage, (index + 1) * rowsPerPage).map(draw));
    if (pages > 1) pager.replaceChildren(...pagerParts(index, pages, show));
  };
  const pager = element('div', { className: 'pager' });
  if (pages > 1) {
    scroll.classList.add('paged');
    body.append(pager);
  }
  show(0);
}

function pagerParts(index, pages, show) {
  const button = (textContent, to) =>
    element('button', {
      type: 'button',
      className: 'quiet',
      textContent,
      disabled: to < 0 || to >= pages,
      onclick: () => show(to),
    });
  return [button('‹', index - 1), `${index + 1} of ${pages}`, button('›', index + 1)];
}

/** An address, or the dash that stands for none. */
const isAddress = (text) => text === '–' || /^[\da-f.:]+$/i.test(text);

/** Draws events, the newest first, with the columns that the search shows. */
export function drawEvents(panel, body, { columns }, { total, rows }) {
  const titled = ({ field, title }) => element('th', { textContent: title, title: field });
  const head = element('tr', {}, ...columns.map(titled));
  const texts = rows.map((values) =>
    values.map((value, index) => (value === '' ? '–' : index === 0 ? formatTime(Date.parse(value)) : value)),
  );
  const draw = (row) =>
    element('tr', {}, ...row.map((text) => element('td', { textContent: text, title: text })));
  const contents = columns.map(({ title }, index) => {
    const own = texts.map((row) => row[index] ?? '');
    return { head: title, texts: own, isRigid: index === 0 || own.every(isAddress) };
  });
  const parts = [columnGroup(contents, body), element('thead', {}, head)];
  const table = element('table', {}, ...parts, element('tbody', {}, ...texts.map(draw)));
  body.replaceChildren(element('div', { className: 'scroll' }, table));
  const heading = panel.querySelector('h2');
  heading?.append(element('span', { className: 'count', textContent: `${formatValue(total)} documents` }));
}
