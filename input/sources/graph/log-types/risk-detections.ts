// Risk detections of Entra ID Protection. A detection changes as its risk is remediated or dismissed.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'riskDetections',
  path: '/v1.0/identityProtection/riskDetections',
  timeProperty: 'lastUpdatedDateTime',
  pageSize: 500,
  endOperator: 'lt',
  longestSliceMs: dayMs,
};

export const riskDetections: LogType = {
  kind: 'graph-risk-detections',
  title: 'risk detections',
  dataset: 'azure.identity_protection',
  endpoints: [feed.path],
  permissions: ['IdentityRiskEvent.Read.All'],
  licence: 'Entra ID P1 or P2; P1 gives less detail',
  clouds: ['commercial', 'gcc', 'gcc-high', 'dod'],
  budget: 'identity protection',
  reachMs: 30 * dayMs,
  delay: '10m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
