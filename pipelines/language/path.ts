// Paths into a record: `Item.Subject`, `Target[Type=5].ID`. A path goes through lists without saying so.

import type { Path, Step } from '../definitions.ts';

const step = /^([^.[\]]+)(?:\[([^=[\]]+)=([^\]]*)\])?$/;

/** Undefined where the text is not a path. */
export function parsePath(text: string): Path | undefined {
  const steps: Step[] = [];
  for (const part of splitSteps(text)) {
    const match = step.exec(part);
    if (match === null) return undefined;
    const [, name = '', key, value] = match;
    steps.push(key === undefined || value === undefined ? { name } : { name, where: { key, value } });
  }
  return steps;
}

/** Dots inside of brackets belong to the value. */
function splitSteps(text: string): string[] {
  return text.split(/\.(?![^[]*\])/);
}

export function formatPath(path: Path): string {
  return path
    .map(({ name, where }) => (where === undefined ? name : `${name}[${where.key}=${where.value}]`))
    .join('.');
}

/** Without the conditions: the name of the property that the path reaches. */
export function nameOfPath(path: Path): string {
  return path.map((part) => part.name).join('.');
}
