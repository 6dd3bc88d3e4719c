// Registers every log type of Graph, those too that no package offers yet.

import { graphKind } from '../../../input/sources/graph/index.ts';
import { logTypes } from '../../../input/sources/graph/log-types/index.ts';
import { registerSource, sourceKinds } from '../../../input/sources/index.ts';
import type { DatasetName } from '../../../pipelines/datasets.ts';

/** `dataset` is the one of records whose log type is not offered. */
export function registerEveryKind(dataset: DatasetName): void {
  const there = new Set(sourceKinds().map(({ name }) => name));
  for (const logType of logTypes) if (!there.has(logType.kind)) registerSource(graphKind(logType, dataset));
}
