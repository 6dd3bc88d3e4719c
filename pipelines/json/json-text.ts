// JSON text of a value however deep it is: `JSON.stringify` recurses, and a hostile record is ten thousand levels deep.

import type { Json } from './json.ts';

/** A value to write, or text that is ready. */
type Task = { readonly value: Json } | string;

/** As `JSON.stringify` writes it; with `sortKeys`, equal values give equal text whatever the order of their keys. */
export function writeJson(value: Json, sortKeys = false): string {
  const parts: string[] = [];
  const tasks: Task[] = [{ value }];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (typeof task === 'string') parts.push(task);
    else if (typeof task.value !== 'object' || task.value === null)
      parts.push(JSON.stringify(task.value) ?? 'null');
    else for (const next of openContainer(task.value, sortKeys).reverse()) tasks.push(next);
  }
  return parts.join('');
}

function openContainer(value: Json[] | { [name: string]: Json }, sortKeys: boolean): Task[] {
  const tasks: Task[] = [];
  if (Array.isArray(value)) {
    for (const item of value) tasks.push(tasks.length === 0 ? '[' : ',', { value: item });
    return tasks.length === 0 ? ['[]'] : [...tasks, ']'];
  }
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (sortKeys) names.sort();
  for (const name of names) {
    tasks.push(`${tasks.length === 0 ? '{' : ','}${JSON.stringify(name)}:`, { value: value[name] });
  }
  return tasks.length === 0 ? ['{}'] : [...tasks, '}'];
}
