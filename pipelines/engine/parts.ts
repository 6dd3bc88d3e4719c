// What plans are made of. They have most of it in common, and whatever is the same is compiled once, which spares an
// eighth of the work until a record of every kind has come.

import {
  type Definitions,
  layersOf,
  type OutcomeStep,
  type Rule,
  type SentencePart,
} from '../definitions.ts';
import { type FieldNumbers, type Layout, numberFields } from './layout.ts';
import { compileMessage, type WriteMessage } from './message.ts';
import { compileStep, type FindOutcome } from './outcome.ts';
import { compileSettle, type Settle } from './people.ts';
import { numberProperties, type Positions, type Values } from './positions.ts';
import { compileRelated, type Gather } from './related.ts';
import { compileRule, type RunRule } from './rules.ts';

export interface Parts {
  readonly positions: Positions;
  readonly numbers: FieldNumbers;
  readonly settle: Settle;
  readonly gather: readonly Gather[];
  readonly compileRule: (rule: Rule, layout: Layout) => RunRule<Values>;
  readonly compileStep: (step: OutcomeStep) => FindOutcome;
  readonly compileMessage: (message: readonly SentencePart[]) => WriteMessage;
}

export function compileParts(definitions: Definitions): Parts {
  const { related } = definitions;
  const positions = numberProperties(definitions);
  const rules = layersOf(definitions).flatMap((layer) => layer.rules);
  const numbers = numberFields(rules, related);
  return {
    positions,
    numbers,
    settle: compileSettle(numbers),
    gather: related.map((each) => compileRelated(each, numbers)),
    compileRule: shareRules(positions),
    compileStep: once((step) => compileStep(step, definitions.statuses, positions.compileRead)),
    compileMessage: once((message) => compileMessage(message, numbers, positions.compileRead)),
  };
}

/** The same rule works the same way wherever the same of its targets are kept whole. */
function shareRules({ compileRead }: Positions): Parts['compileRule'] {
  const known = new Map<string, RunRule<Values>>();
  return (rule, layout) => {
    const whole = rule.to.map(({ path }) => layout.isWhole(path));
    const key = JSON.stringify([rule, whole]);
    const run = known.get(key) ?? compileRule(rule, layout, compileRead);
    known.set(key, run);
    return run;
  };
}

function once<Described, Compiled>(
  compile: (described: Described) => Compiled,
): (described: Described) => Compiled {
  const known = new Map<string, Compiled>();
  return (described) => {
    const key = JSON.stringify(described);
    const compiled = known.get(key) ?? compile(described);
    known.set(key, compiled);
    return compiled;
  };
}
