// Parses paths into a record: `Item.Subject`, `Target[Type=5].ID`. A path goes through lists without saying so. Of a
// list it takes the items whose key has a value (`[Status=success]`), none (`[Status=]`) or another
// (`[Status!=success]`). A name that holds dots stands in parentheses: `PropertyCollection.(resource.display_name)`.

import type { Path, Step } from '../definitions.ts';

const step = /^(?:([^.[\]()]+)|\(([^()[\]]+)\))(?:\[([^=![\]]+)(!?=)([^\]]*)\])?$/;

/** The result is undefined where the text is not a path. */
export function parsePath(text: string): Path | undefined {
  const steps: Step[] = [];
  for (const part of splitSteps(text)) {
    const match = step.exec(part);
    if (match === null) return undefined;
    const [, plain, dotted, key, sign, value] = match;
    const name = plain ?? dotted ?? '';
    if (key === undefined || value === undefined) steps.push({ name });
    else steps.push({ name, where: sign === '=' ? { key, value } : { key, value, not: true } });
  }
  return steps;
}

/** Dots inside of brackets belong to the value, dots inside of parentheses to the name. */
function splitSteps(text: string): string[] {
  return text.split(/\.(?![^[]*\])(?![^(]*\))/);
}

export function formatPath(path: Path): string {
  return path.map(formatStep).join('.');
}

function formatStep({ name, where }: Step): string {
  const written = name.includes('.') ? `(${name})` : name;
  return where === undefined ? written : `${written}[${where.key}${where.not ? '!=' : '='}${where.value}]`;
}

/** The name of the property that the path reaches is the path without its conditions. */
export function nameOfPath(path: Path): string {
  return path.map((part) => part.name).join('.');
}
