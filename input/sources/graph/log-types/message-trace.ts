// Message trace: what became of each message for each of its recipients.

import { dayMs } from '../../../contract/time.ts';
import type { FeedQuery, LogType } from '../log-type.ts';

const feed: FeedQuery = {
  name: 'messageTraces',
  path: '/v1.0/admin/exchange/tracing/messageTraces',
  timeProperty: 'receivedDateTime',
  pageSize: 5000,
  // It takes no `lt`: the records of the last instant come with the next slice as well, and are recognised.
  endOperator: 'le',
  // Microsoft allows ten days.
  longestSliceMs: 9 * dayMs,
};

export const messageTrace: LogType = {
  kind: 'graph-message-trace',
  title: 'message traces',
  dataset: 'microsoft_exchange_online_message_trace.log',
  endpoints: [feed.path],
  permissions: ['ExchangeMessageTrace.Read.All'],
  licence: 'Exchange Online',
  clouds: ['commercial', 'gcc'],
  budget: 'message trace',
  reachMs: 90 * dayMs,
  delay: '10m',
  feedNames: [feed.name],
  chooseFeeds: () => [feed],
};
