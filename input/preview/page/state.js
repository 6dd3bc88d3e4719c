// The state of the page, kept in its address: dashboard, time, query, filters. Whoever has the address sees the same.

/** The times `from` and `to` as Kibana writes them: `now-24h`, or ISO 8601. */
export function readState(hash = location.hash) {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const parameters = new URLSearchParams(search);
  return {
    dashboard: decodeURIComponent(path),
    from: parameters.get('from') ?? undefined,
    to: parameters.get('to') ?? undefined,
    query: parameters.get('query') ?? '',
    filters: readFilters(parameters.get('filters')),
    dark: parameters.get('theme') === 'dark',
  };
}

function readFilters(text) {
  try {
    const filters = JSON.parse(text ?? '[]');
    return Array.isArray(filters) ? filters : [];
  } catch {
    return [];
  }
}

export function addressOf({ dashboard, from, to, query, filters, dark }) {
  const parameters = new URLSearchParams();
  if (from !== undefined) parameters.set('from', from);
  if (to !== undefined) parameters.set('to', to);
  if (query) parameters.set('query', query);
  if (filters.length > 0) parameters.set('filters', JSON.stringify(filters));
  if (dark) parameters.set('theme', 'dark');
  const search = parameters.toString();
  return `#/${encodeURIComponent(dashboard)}${search === '' ? '' : `?${search}`}`;
}

export function go(state) {
  location.hash = addressOf(state);
}

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 2_592_000_000 };

/** Returns milliseconds; `now` where the text cannot be read. */
export function instantOf(text, now) {
  const relative = /^now(?:-(\d+)([smhdwM]))?$/.exec(text ?? 'now');
  if (relative) return now - Number(relative[1] ?? 0) * (unitsMs[relative[2]] ?? 0);
  const time = Date.parse(text);
  return Number.isNaN(time) ? now : time;
}

/** Returns the state with one more filter; a filter on the same field and value is not kept twice. */
export function withFilter(filters, field, value) {
  const same = (filter) => filter.field === field && filter.values.length === 1 && filter.values[0] === value;
  return filters.some(same) ? filters : [...filters, { field, values: [value] }];
}
