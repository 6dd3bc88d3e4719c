// Groups the steps of a plan for the operator: a line for each kind of asset and action, however many steps there are.

import { titleOf } from './assets.ts';
import type { SetupStep } from './plan-setup.ts';

/** A longer list of names is replaced by its number. */
const maximumNames = 3;

export interface StepGroup {
  readonly steps: readonly SetupStep[];
  /** Returns a line like `created 89 ingest pipelines`, in the words of the caller. */
  describe(words: Readonly<Record<'create' | 'update', string>>): string;
}

/** Groups steps in the order of the plan, without assets that stay as they are. */
export function groupSteps(steps: readonly SetupStep[]): StepGroup[] {
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

function describeAssets(steps: readonly SetupStep[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  if (steps.length === 1) return titleOf(first.asset);
  const kinds = `${steps.length} ${first.asset.kind.replace('_', ' ')}s`;
  return steps.length > maximumNames ? kinds : `${kinds}: ${steps.map(({ asset }) => asset.name).join(', ')}`;
}
