// Whether it worked, by the first step of a file that has an answer.

import type { Layer, Outcome, OutcomeStep } from '../definitions.ts';
import type { Json } from '../json.ts';
import { toKeyword } from '../verbs/keyword.ts';
import type { CompileRead } from './paths.ts';
import type { Values } from './positions.ts';
import { recallLast, remember } from './remember.ts';

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

export function compileStep({ from, values }: OutcomeStep, compileRead: CompileRead<Values>): FindOutcome {
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

/** The functions of this file for the ingest pipeline. Tables are in lower case. */
export const outcomePainless = `
def findOutcome(Map record, List steps) {
  for (def step : steps) {
    for (def value : read(record, (List) step.from)) {
      String text = (String) toKeyword(value, null);
      if (text == null) continue;
      def outcome = ((Map) step.values).get(text.toLowerCase());
      if (outcome == null) outcome = ((Map) step.values).get('*');
      if (outcome != null) return outcome;
    }
  }
  return null;
}`;
