// The page: reads the address, draws what it names, and puts every choice back into the address.

import { getDashboard, getDashboards } from './api.js';
import { drawControls, drawPills, drawTimes } from './controls.js';
import { element } from './element.js';
import { drawPanel, forgetCharts } from './panel.js';
import { addressOf, go, instantOf, readState, withFilter } from './state.js';
import { isDark, setDark } from './theme.js';

const place = (id) => document.getElementById(id);
const { dashboards, now } = await getDashboards();
const skewMs = now - Date.now();
/** Drawings overtaken by a newer one are thrown away. */
let drawing = 0;

/** Set once everything on the page is drawn; screenshots wait for it. */
const ready = (done) => {
  document.body.dataset.ready = String(done);
};

async function show() {
  const turn = ++drawing;
  const state = readState();
  ready(false);
  place('menu').hidden = true;
  setDark(state.dark);
  place('theme').textContent = state.dark ? '☀ Light' : '☾ Dark';
  const known = dashboards.find(({ id }) => id === state.dashboard);
  const view = known === undefined ? undefined : await getDashboard(known.id);
  if (turn !== drawing) return;
  forgetCharts();
  place('bar').hidden = view === undefined;
  place('home').href = addressOf({ ...state, dashboard: '', filters: [], query: '' });
  document.title = known?.title ?? 'Microsoft 365 dashboards';
  place('title').textContent = known?.title ?? '';
  place('title').hidden = known === undefined;
  if (view === undefined) showHome(state);
  else await showDashboard(view, state);
  if (turn === drawing) ready(true);
}

function showHome(state) {
  place('chosen').replaceChildren();
  place('controls').replaceChildren();
  const tiles = dashboards.map(({ id, title, description }) =>
    element(
      'a',
      { href: addressOf({ ...state, dashboard: id }) },
      element('b', { textContent: title }),
      description,
    ),
  );
  place('grid').replaceChildren(element('div', { className: 'home' }, ...tiles));
}

async function showDashboard(view, state) {
  const from = state.from ?? view.time.from;
  const at = Date.now() + skewMs;
  const look = {
    dashboard: view.id,
    query: state.query,
    filters: state.filters,
    from: instantOf(from, at),
    to: instantOf(state.to ?? view.time.to, at),
  };
  place('query').value = state.query;
  drawTimes(place('time'), from);
  drawPills(place('chosen'), state.filters, (filter) =>
    go({ ...state, filters: state.filters.filter((each) => each !== filter) }),
  );
  const panels = view.panels.map((panel) =>
    drawPanel(panel, look, {
      linkTo: (dashboard) => addressOf({ ...state, from, dashboard, filters: [], query: '' }),
      pick: (column, value, drillDown, event) => pick(state, from, { column, value, drillDown, event }),
    }),
  );
  place('grid').replaceChildren(...panels.map(({ panel }) => panel));
  await drawControls(place('controls'), view.controls, look, (field, value) => {
    const others = state.filters.filter((filter) => filter.field !== field);
    go({ ...state, filters: value === undefined ? others : withFilter(others, field, value) });
  });
  await Promise.all(panels.map((panel) => panel.ready));
}

/** A click on a value filters; where the panel leads on, the person chooses. */
function pick(state, from, { column, value, drillDown, event }) {
  const filters = withFilter(state.filters, column.sourceField, value);
  const filter = () => go({ ...state, filters });
  if (drillDown === undefined) return filter();
  const menu = place('menu');
  const choice = (textContent, onclick) => element('button', { type: 'button', textContent, onclick });
  menu.replaceChildren(
    choice(`Filter for ${value}`, filter),
    choice(drillDown.title, () => go({ ...state, from, filters, dashboard: drillDown.dashboard })),
  );
  Object.assign(menu.style, { left: `${event.clientX}px`, top: `${event.clientY + 8}px` });
  menu.hidden = false;
  event.stopPropagation?.();
}

addEventListener('hashchange', show);
document.addEventListener('click', ({ target }) => {
  if (!place('menu').contains(target) && !target.closest?.('canvas, td')) place('menu').hidden = true;
});
place('theme').addEventListener('click', () => go({ ...readState(), dark: !isDark() }));
place('time').addEventListener('change', ({ target }) =>
  go({ ...readState(), from: target.value, to: 'now' }),
);
place('bar').addEventListener('submit', (event) => {
  event.preventDefault();
  const state = { ...readState(), query: place('query').value };
  if (addressOf(state) === location.hash) void show();
  else go(state);
});

await show();
