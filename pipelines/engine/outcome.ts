// Whether it worked, by the first step of a file that has an answer.

import type { Layer, Outcome, OutcomeStep } from '../definitions.ts';
import type { Json, JsonObject } from '../json.ts';
import { toKeyword } from '../verbs/keyword.ts';
import { compileRead } from './paths.ts';
import { createMemory } from './remember.ts';

export type FindOutcome = (record: JsonObject) => Outcome | undefined;

/** The steps of the nearest layer that has any, then the nearest default. */
export function compileOutcome(layers: readonly Layer[]): FindOutcome {
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

const mostRemembered = 200;

function compileStep({ from, values }: OutcomeStep): FindOutcome {
  const read = compileRead(from);
  const table = new Map(Object.entries(values));
  const other = table.get('*');
  const known = createMemory<Outcome>(mostRemembered);
  const answer = (value: Json): Outcome | undefined => {
    const text = toKeyword(value);
    if (text === undefined) return undefined;
    const outcome = known.get(text) ?? table.get(text.toLowerCase()) ?? other;
    if (outcome !== undefined) known.set(text, outcome);
    return outcome;
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
