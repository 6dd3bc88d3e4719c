// Checkpoints and work that a server keeps, as a process sees them that has only the server's address.

import { type Component, isFeed } from '../../../input/contract/component.ts';
import type { Feed } from '../../../input/contract/feed.ts';
import type { Checkpoints, WorkItem, WorkLedger } from '../../../input/contract/state.ts';
import type { Call } from './state-server.ts';

async function ask<T>(url: string, call: Call): Promise<T> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${call.method}: ${body}`);
  const answer: { readonly value: T } = JSON.parse(body);
  return answer.value;
}

/** Callers may hold more than the names. */
function plain<T extends Component>(component: T): Component {
  if (!isFeed(component)) return component;
  const { tenant, source, name } = component;
  return { tenant, source, name };
}

export function remoteCheckpoints(url: string): Checkpoints {
  const call = <T>(method: string, component: Component, ...args: unknown[]) =>
    ask<T>(url, { part: 'checkpoints', method, args: [plain(component), ...args] });
  return {
    get: (component, name) => call('get', component, name),
    set: (component, name, value) => call('set', component, name, value),
    compareAndSet: (component, name, expected, value) =>
      call('compareAndSet', component, name, expected, value),
  };
}

export function remoteWork(url: string): WorkLedger {
  const call = <T>(method: string, ...args: unknown[]) => ask<T>(url, { part: 'work', method, args });
  const of = <T>(method: string, feed: Feed, ...args: unknown[]) => call<T>(method, plain(feed), ...args);
  return {
    list: (feed, items, mark) => of('list', feed, items, mark),
    take: (feed, limit, lease, order) => of('take', feed, limit, lease, order ?? {}),
    nextDueAt: (feed, owner) => of('nextDueAt', feed, owner),
    findOverdue: (feed, times) => of('findOverdue', feed, times),
    renew: (lease) => call('renew', lease),
    release: (owner, feed) => call('release', owner, ...(feed ? [plain(feed)] : [])),
    begin: (feed, { id, lease }) => of('begin', feed, { id, lease }),
    settle: (feed, { id, lease }, counts, at) => of('settle', feed, { id, lease }, counts, at),
    retryLater: (feed, { id, lease }, next, reason) => of('retryLater', feed, { id, lease }, next, reason),
    giveUp: (feed, { id, lease }, state, reason, at) => of('giveUp', feed, { id, lease }, state, reason, at),
    reset: (feed, id, lease) => of('reset', feed, id, lease),
    noteReplayed: (feed, id, counts) => of('noteReplayed', feed, id, counts),
    recordGap: (gap) => call('recordGap', gap),
    async *between(feed, from, to) {
      yield* await of<readonly WorkItem[]>('between', feed, from, to);
    },
    gapsBetween: (feed, from, to) => of('gapsBetween', feed, from, to),
    countByState: (feed) => of('countByState', feed),
    countFiltered: (feed) => of('countFiltered', feed),
    feeds: () => call('feeds'),
  };
}
