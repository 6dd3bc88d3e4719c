// Prints a finding: its state in colour, and below it what to do.

import type { Finding } from '../../contract/finding.ts';
import { paint, printText, wrap } from '../terminal/terminal.ts';

const colours = { ok: 'green', note: 'yellow', problem: 'red' } as const;

export function printFinding({ name, state, message, advice }: Finding): void {
  const lead = `  ${state.padEnd(8)} `;
  printText(wrap(`${name}: ${message}`, lead).replace(state, paint(colours[state], state)));
  if (advice !== '') printText(wrap(advice, `${' '.repeat(lead.length)}→ `));
}
