// The kinds of source that read Microsoft Graph: one for each log type, all made by one function.

import type { SourceKind } from '../source-kind.ts';
import type { LogType } from './log-type.ts';
import { logTypes } from './log-types/index.ts';
import { checkGraph, graphHostsToAllow } from './operations/check.ts';
import { takeGraphInventory } from './operations/inventory.ts';
import { reachGraph } from './operations/reach-tenant.ts';
import { refetchSlices } from './operations/refetch.ts';
import { describeGraphState, lostGraphState } from './operations/state.ts';
import { type GraphOptions, graphOptions } from './options.ts';
import { identifyGraph, readGraphOptions } from './read-options.ts';
import { graphReference } from './reference.ts';
import { openGraphSource } from './source.ts';

export const graphKinds: readonly SourceKind<GraphOptions>[] = logTypes.map(graphKind);

function graphKind(logType: LogType): SourceKind<GraphOptions> {
  return {
    name: logType.kind,
    service: 'Microsoft',
    itemWords: { one: 'slice of time', many: 'slices of time' },
    dataset: logType.dataset,
    reachMs: logType.reachMs,
    feedNames: logType.feedNames,
    options: graphOptions(logType),
    read: (settings, problems) => readGraphOptions(logType, settings, problems),
    identify: identifyGraph,
    open: openGraphSource,
    hosts: graphHostsToAllow,
    check: checkGraph,
    async findTenant(options, signal) {
      await using tenant = await reachGraph(options, signal);
      return tenant.tenantId;
    },
    inventory: takeGraphInventory,
    refetch: refetchSlices,
    describeState: describeGraphState,
    lostState: lostGraphState,
    reference: graphReference(logType),
  };
}
