// What the commands tell and do about the log types of Graph: check, prove, replay and state show.

import { afterEach, expect, test } from '@jest/globals';
import type { GraphLogOptions } from '../../../input/emulator/apis/graph/options.ts';
import { type Emulator, startEmulator } from '../../../input/emulator/index.ts';
import type { Workplace } from '../../end-to-end/harness.ts';
import { everyLog, graphStream, makeGraphWorkplace, runGraph } from './harness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const shown = { records: 60, days: 1, latencyMs: 600_000 };

interface PlaceOptions {
  readonly source: string;
  readonly graph?: Readonly<Record<string, GraphLogOptions>>;
  readonly roles?: readonly string[];
  readonly more?: Record<string, unknown>;
}

async function prepare({ source, graph = everyLog(shown), roles, more }: PlaceOptions) {
  const emulator: Emulator = await startEmulator({ tenants: [{ graph, ...(roles && { roles }) }] });
  closers.push(() => emulator.close());
  const place: Workplace = await makeGraphWorkplace([graphStream(emulator, source, more)]);
  closers.push(() => place.remove());
  return { emulator, place };
}

const audits = 'graph-directory-audits';

test('check asks each selected feed for one record', async () => {
  const { emulator, place } = await prepare({ source: 'graph-sign-ins' });
  const { code, printed } = await runGraph('check', '--policy', place.policy);
  for (const feed of ['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity'])
    expect(printed).toMatch(new RegExp(`ok +${feed}: It can be read`));
  expect(printed).toContain('The token carries AuditLog.Read.All');
  expect(printed).toMatch(/^Tenant .*, graph-sign-ins$/m);
  expect(code).toBe(0);
  expect(emulator.requests.counts().byOperation).toMatchObject({ graph: 4 });
});

test('check names the permission that lacks', async () => {
  const { place } = await prepare({ source: audits, roles: ['AuditLog.Read.All'] });
  const { code, printed } = await runGraph('check', '--policy', place.policy);
  expect(code).toBe(1);
  expect(printed).toMatch(/problem +roles: The token carries no Directory.Read.All/);
  expect(printed).toMatch(/problem +directoryAudits: missing-permission/);
});

test('check tells a missing licence from a cloud without the log type', async () => {
  const refuse = (refused: 'licence' | 'endpoint') => ({ riskDetections: { refused } });
  const place = (refused: 'licence' | 'endpoint') =>
    prepare({ source: 'graph-risk-detections', graph: refuse(refused), more: { cloud: 'china' } });
  const licence = await runGraph('check', '--policy', (await place('licence')).place.policy);
  expect(licence.printed).toMatch(/problem +riskDetections: no-premium-licence/);
  const endpoint = await runGraph('check', '--policy', (await place('endpoint')).place.policy);
  expect(endpoint.printed).toMatch(/problem +riskDetections: no-such-endpoint/);
  expect(endpoint.printed).toMatch(
    /problem +cloud: Microsoft does not offer risk detections in the cloud china/,
  );
});

test('legacy alerts are refused, with what takes their place', async () => {
  const { place } = await prepare({ source: 'graph-alerts', more: { legacy_alerts: true } });
  const { code, printed } = await runGraph('run', '--once', '--policy', place.policy);
  expect(code).toBe(2);
  expect(printed).toContain('Microsoft has retired /security/alerts');
});

test('v1.0 of sign-ins reads interactive ones alone', async () => {
  const { emulator, place } = await prepare({ source: 'graph-sign-ins', more: { api_version: 'v1.0' } });
  await runGraph('run', '--once', '--policy', place.policy);
  expect(emulator.requests.counts().byContentType).toMatchObject({ interactiveUser: expect.any(Number) });
  expect(emulator.requests.counts().byContentType).not.toHaveProperty('managedIdentity');
  for (const { target } of emulator.requests.entries())
    if (target.includes('auditLogs')) expect(target).toMatch(/^\/v1\.0\/auditLogs\/signIns\?/);
});

test('prove says what is read and what is not yet, replay brings it, state show tells how far', async () => {
  const { place } = await prepare({ source: audits });
  await runGraph('run', '--once', '--policy', place.policy);
  const proved = await runGraph('prove', '--from', '20h', '--policy', place.policy, '--json');
  const [proof] = JSON.parse(proved.printed).tenants[0].contentTypes;
  expect(proof).toMatchObject({ contentType: 'directoryAudits', done: proof.listed });
  expect(proof.listed).toBeGreaterThan(10);
  const shownState = await runGraph('state', 'show', '--state', place.state, '--json');
  expect(JSON.parse(shownState.printed)).toContainEqual(
    expect.objectContaining({ source: audits, name: 'directoryAudits', watermark: expect.any(String) }),
  );
  const replayed = await runGraph('replay', 'window', '--from', '26h', '--policy', place.policy);
  expect(replayed).toMatchObject({ code: 0 });
  expect(replayed.printed).toMatch(/\b0 records delivered, [1-9]\d* were there already, 0 refused/);
});

test('check asks for the permissions of the chosen feeds alone', async () => {
  const roles = ['ServiceHealth.Read.All'];
  const source = 'graph-service-health';
  const { place } = await prepare({ source, roles });
  const all = await runGraph('check', '--policy', place.policy);
  expect(all.printed).toMatch(/problem +roles: The token carries no ServiceMessage.Read.All/);
  expect(all.printed).toMatch(/ok +serviceOverviews: It can be read/);
  expect(all.printed).toMatch(
    /problem +messageCentre: missing-permission: [^→]*needs ServiceMessage.Read.All\./,
  );
  const { place: other } = await prepare({ source, roles, more: { message_centre: false } });
  const some = await runGraph('check', '--policy', other.policy);
  expect(some).toMatchObject({ code: 0 });
  expect(some.printed).toMatch(/ok +roles: The token carries ServiceHealth.Read.All\./);
});

test('a stream of service health of which nothing is chosen is refused', async () => {
  const more = { service_overviews: false, service_issues: false, message_centre: false };
  const { place } = await prepare({ source: 'graph-service-health', more });
  const { code, printed } = await runGraph('run', '--once', '--policy', place.policy);
  expect(code).toBe(2);
  expect(printed).toContain('nothing is left to collect: set one of service_overviews, service_issues');
});

test('prove tells of each service whether its state is read, and replay delivers the states again', async () => {
  const graph = { serviceOverviews: { records: 12 } };
  const more = { service_issues: false, message_centre: false };
  const { emulator, place } = await prepare({ source: 'graph-service-health', graph, more });
  await runGraph('run', '--once', '--policy', place.policy);
  const prove = async () => {
    const { printed } = await runGraph('prove', '--from', '20h', '--policy', place.policy, '--json');
    return JSON.parse(printed).tenants[0].contentTypes[0];
  };
  expect(await prove()).toMatchObject({ contentType: 'serviceOverviews', listed: 12, done: 12 });
  const replayed = await runGraph('replay', 'window', '--from', '2h', '--policy', place.policy);
  expect(replayed.printed).toMatch(/\b0 records delivered, 12 were there already, 0 refused/);
  const state = await runGraph('state', 'show', '--state', place.state, '--json');
  expect(JSON.parse(state.printed)).toContainEqual(
    expect.objectContaining({ name: 'serviceOverviews', states: '12' }),
  );
  emulator.advance(6 * 3_600_000);
  const { listed, done } = await prove();
  expect(done).toBeLessThan(listed);
});
