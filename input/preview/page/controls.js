// Draws the controls above the panels: lists of values, the time, and the pills of filters.

import { getValues } from './api.js';
import { element } from './element.js';

/** Lists fill after the panels asked: they matter less. */
export async function drawControls(place, controls, look, onChange) {
  place.replaceChildren(
    ...controls.map((control) => {
      const filter = look.filters.find(({ field, without }) => field === control.field && !without);
      const list = element(
        'select',
        { 'aria-label': control.title },
        element('option', { value: '', textContent: 'Any' }),
      );
      if (filter !== undefined) addOption(list, filter.values[0], true);
      list.addEventListener('change', () => onChange(control.field, readValue(list)));
      void offer(list, control, look);
      return element(
        'label',
        { className: 'control' },
        element('span', { textContent: control.title }),
        list,
      );
    }),
  );
}

async function offer(list, control, look) {
  const filters = look.filters.filter(({ field }) => field !== control.field);
  const values = await getValues(look.dashboard, control.id, { ...look, filters }).catch(() => []);
  const there = new Set([...list.options].map(({ value }) => value));
  for (const value of values) if (!there.has(JSON.stringify(value))) addOption(list, value, false);
}

const addOption = (list, value, selected) =>
  list.append(element('option', { value: JSON.stringify(value), textContent: String(value), selected }));

const readValue = ({ value }) => (value === '' ? undefined : JSON.parse(value));

const times = [
  ['now-1h', 'Last 1 hour'],
  ['now-24h', 'Last 24 hours'],
  ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'],
  ['now-90d', 'Last 90 days'],
];

export function drawTimes(list, from) {
  const known = times.some(([value]) => value === from) ? times : [[from, `${from} until now`], ...times];
  list.replaceChildren(
    ...known.map(([value, textContent]) =>
      element('option', { value, textContent, selected: value === from }),
    ),
  );
}

export function drawPills(place, filters, onRemove) {
  place.replaceChildren(
    ...filters.map((filter) =>
      element(
        'span',
        { className: 'pill' },
        element('b', { textContent: `${filter.without ? 'NOT ' : ''}${filter.field}:` }),
        filter.values.join(', '),
        element('button', {
          type: 'button',
          textContent: '✕',
          title: 'Remove',
          onclick: () => onRemove(filter),
        }),
      ),
    ),
  );
}
