// The steps of a plan as an operator reads them: a line for each kind of asset and what becomes of it, however many.

import { titleOf } from './assets.ts';
import type { Step } from './plan.ts';

/** More names than this say nothing to anybody. */
const mostNames = 3;

export interface StepGroup {
  readonly steps: readonly Step[];
  /** `created 89 ingest pipelines`, in the words of the caller. */
  describe(words: Readonly<Record<'create' | 'update', string>>): string;
}

/** In the order of the plan, without what stays as it is. */
export function groupSteps(steps: readonly Step[]): StepGroup[] {
  const groups = Map.groupBy(
    steps.filter(({ action }) => action !== 'keep'),
    ({ asset, action }) => `${asset.kind} ${action}`,
  );
  return [...groups.values()].map((group) => ({
    steps: group,
    describe: (words) => {
      const [first] = group;
      if (first === undefined || first.action === 'keep') return '';
      return `${words[first.action]} ${describeAssets(group)}`;
    },
  }));
}

function describeAssets(steps: readonly Step[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  if (steps.length === 1) return titleOf(first.asset);
  const kinds = `${steps.length} ${first.asset.kind.replace('_', ' ')}s`;
  return steps.length > mostNames ? kinds : `${kinds}: ${steps.map(({ asset }) => asset.name).join(', ')}`;
}
