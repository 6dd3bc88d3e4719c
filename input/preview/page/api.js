// Asks the preview's server. A refusal becomes an error with the server's sentence.

async function get(path) {
  const response = await fetch(path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

const part = (text) => encodeURIComponent(text);

const choiceOf = ({ from, to, query, filters }) =>
  new URLSearchParams({ from, to, query, filters: JSON.stringify(filters) });

export const getDashboards = () => get('/api/dashboards');
export const getDashboard = (id) => get(`/api/dashboards/${part(id)}`);
export const getAnswer = (dashboard, panel, choice) =>
  get(`/api/dashboards/${part(dashboard)}/panels/${part(panel)}?${choiceOf(choice)}`);
export const getValues = (dashboard, control, choice) =>
  get(`/api/dashboards/${part(dashboard)}/controls/${part(control)}?${choiceOf(choice)}`);

let world;

/** The map of the world's countries is fetched once. */
export function getWorld() {
  world ??= get('/packages/world.json');
  return world;
}
