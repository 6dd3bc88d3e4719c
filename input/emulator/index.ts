// Starts an emulator of Microsoft's token endpoint and Office 365 Management Activity API: a real server on the loopback
// address, with content, habits, faults, and the truth about all of it.

import { systemClock } from '../contract/clock.ts';
import { compress } from './deliver.ts';
import type { Emulator } from './emulator.ts';
import { foreignHost } from './foreign.ts';
import { type EmulatorOptions, settleTenants } from './options.ts';
import { guidSeries } from './random.ts';
import { RequestLog } from './requests.ts';
import { RunningEmulator } from './running.ts';
import { type Handle, listen } from './server.ts';
import { Service } from './service.ts';
import { Tenant } from './tenant.ts';
import { EmulatorTime } from './time.ts';
import { TokenIssuer } from './tokens/token.ts';

export { type ContentType, contentTypes } from './content/content-type.ts';
export type { Emulator } from './emulator.ts';
export { hostileKinds } from './faults/hostile.ts';
export type { Fault, FaultEntry, FaultMatch } from './faults/plan.ts';
export { readFaultPlan } from './faults/read.ts';
export {
  type ContentOptions,
  type EmulatorOptions,
  type Habits,
  type TenantOptions,
  type TenantSettings,
  usualHabits,
} from './options.ts';
export type { PublishRequest } from './publish.ts';

/** Resolves when it listens. Throws an OperatorError when the options cannot be. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const seed = options.seed ?? 1;
  const time = new EmulatorTime(options.clock ?? systemClock);
  const now = (): number => time.now();
  time.freeze(options.frozen ?? false);
  const running = createTenants(options, seed, options.origin ?? now());
  const requests = new RequestLog();
  let handle: Handle | undefined;
  const own = await listen(options.port ?? 0, async (...request) => handle?.(...request));
  const foreign = await listen(0, foreignHost(requests, time));
  const { url } = own;
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 3_599;
  const issuer = new TokenIssuer({ url, lifetimeSeconds, now, guid: guidSeries(seed, 'trace') });
  const settings = { pageSize: options.pageSize ?? 200, refusesWholeDay: options.refusesWholeDay ?? true };
  const service = new Service({ url, seed, tenants: running, issuer, now, settings });
  const emulator = new RunningEmulator({
    own,
    foreign,
    time,
    requests,
    running,
    service,
    issuer,
    gzip: options.gzip ?? true,
  });
  emulator.setFaults(options.faults ?? []);
  handle = (request, body, response) => emulator.handle(request, body, response);
  return emulator;
}

function createTenants(options: EmulatorOptions, seed: number, origin: number): Tenant[] {
  const environment = {
    seed,
    origin,
    cooldown: options.startCooldown ?? 'content-type',
    throttle: { status: options.throttleStatus ?? 403, retryAfter: options.throttleRetryAfter ?? false },
  } as const;
  const tenants = settleTenants(options, seed).map((settings) => new Tenant(settings, environment));
  if (options.prepared) prepare(tenants, options.gzip ?? true);
  return tenants;
}

function prepare(tenants: readonly Tenant[], gzip: boolean): void {
  for (const { feeds } of tenants) {
    for (const feed of feeds.values()) for (const body of feed.prepare()) if (gzip) compress(body);
  }
}
