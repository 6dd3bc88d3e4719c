// Computes event.outcome: the first step of a file that has an answer decides whether it worked.

import { toKeyword } from '../converters/keyword.ts';
import type { Layer, Outcome, OutcomeStep, SignStep, StatusStep, StatusTable } from '../definitions.ts';
import type { Values } from '../engine/positions.ts';
import { recallLast, remember } from '../engine/remember.ts';
import type { Json } from '../json/json.ts';
import { statusKey } from '../statuses.ts';
import type { CompileRead } from './paths.ts';

export type FindOutcome = (record: Values) => Outcome | undefined;

/** The steps of the nearest layer that has any, then the nearest default. */
export function compileOutcome(layers: readonly Layer[], compileStep: CompileStep): FindOutcome {
  const steps = (layers.find((layer) => layer.outcome !== undefined)?.outcome ?? []).map(compileStep);
  const otherwise = layers.find((layer) => layer.otherwise !== undefined)?.otherwise;
  return (record) => {
    for (const step of steps) {
      const outcome = step(record);
      if (outcome !== undefined) return outcome;
    }
    return otherwise;
  };
}

export type CompileStep = (step: OutcomeStep) => FindOutcome;

const mostRemembered = 200;

export function compileStep(
  step: OutcomeStep,
  statuses: StatusTable,
  compileRead: CompileRead<Values>,
): FindOutcome {
  return 'statuses' in step ? compileStatus(step, statuses, compileRead) : compileSign(step, compileRead);
}

function compileSign({ from, values }: SignStep, compileRead: CompileRead<Values>): FindOutcome {
  const read = compileRead(from);
  const table = new Map(Object.entries(values));
  const other = table.get('*');
  const find = recallLast(
    remember<Outcome | undefined>(mostRemembered, (text) => table.get(text.toLowerCase()) ?? other),
  );
  const answer = (value: Json): Outcome | undefined => {
    const text = toKeyword(value);
    return text === undefined ? undefined : find(text);
  };
  return (record) => {
    const value = read(record);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return answer(value);
    return value.map(answer).find((outcome) => outcome !== undefined);
  };
}

function compileStatus(
  step: StatusStep,
  statuses: StatusTable,
  compileRead: CompileRead<Values>,
): FindOutcome {
  const reads = step.statuses.map(compileRead);
  const table = new Map(Object.entries({ ...statuses, ...step.values }));
  const find = recallLast(
    remember<Outcome>(mostRemembered, (text) => table.get(statusKey(text)) ?? 'unknown'),
  );
  return (record) => {
    let worst: Outcome | undefined;
    for (const read of reads) {
      const value = read(record);
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) {
        const text = toKeyword(one);
        if (text !== undefined) worst = worseOf(worst, find(text));
      }
    }
    return worst;
  };
}

/** A failure in one respect is a failure; a possible failure is no success. */
function worseOf(present: Outcome | undefined, next: Outcome): Outcome {
  if (present === 'failure' || next === 'failure') return 'failure';
  return present === 'unknown' ? present : next;
}
