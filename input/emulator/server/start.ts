// Puts an emulator of any APIs together and starts it: clock, tenants, tokens, the APIs' state, and the two servers.

import { systemClock } from '../../contract/clock.ts';
import type { ApiEnvironment, EmulatedApi } from '../api.ts';
import type { ServerOptions } from '../options.ts';
import { EmulatorTime } from '../time.ts';
import { login } from '../tokens/login.ts';
import { TokenIssuer } from '../tokens/token.ts';
import { type AccountOptions, createAccount } from '../world/account.ts';
import { guidSeries } from '../world/random.ts';
import { foreignHost } from './foreign-host.ts';
import { type Handle, type Listener, listen } from './listen.ts';
import { RequestLog } from './request-log.ts';
import type { EmulatorParts } from './running-emulator.ts';

export interface StartedServers {
  readonly parts: EmulatorParts;
  /** Lets the server answer, by the function; until then requests wait for it. */
  answerWith(handle: Handle): void;
}

/**
 * Resolves when the servers listen. Throws an OperatorError when the options cannot be or the port cannot be had, and an
 * Error when two APIs share a word.
 */
export async function startServers(
  options: ServerOptions,
  given: readonly EmulatedApi[],
): Promise<StartedServers> {
  const apis = [login, ...given];
  refuseClashes(apis);
  const time = new EmulatorTime(options.clock ?? systemClock);
  time.freeze(options.frozen ?? false);
  const addresses = new Addresses();
  const environment = createEnvironment(options, apis, time, addresses);
  const opened = apis.map((api) => ({ api, running: api.open(environment) }));
  const requests = new RequestLog();
  const handling = Promise.withResolvers<Handle>();
  const answer: Handle = async (...request) => (await handling.promise)(...request);
  const own = await listen(options.port ?? 0, answer).catch((error: unknown) => {
    for (const { running } of opened) running.close?.();
    throw error;
  });
  const foreign = await listen(0, foreignHost(apis, requests, time));
  addresses.known = { own, foreign };
  const accounts = environment.tenants.map(({ account }) => account);
  const { tokens, gzip } = environment;
  return {
    parts: { own, foreign, time, requests, accounts, apis: opened, tokens, gzip },
    answerWith: handling.resolve,
  };
}

/** The addresses of both servers, which are known only once these listen. */
class Addresses {
  known: { readonly own: Listener; readonly foreign: Listener } | undefined;

  get(server: 'own' | 'foreign'): string {
    if (!this.known) throw new Error('The emulator has no address before it listens; ask later.');
    return this.known[server].url;
  }
}

function createEnvironment(
  options: ServerOptions,
  apis: readonly EmulatedApi[],
  time: EmulatorTime,
  addresses: Addresses,
): ApiEnvironment {
  const seed = options.seed ?? 1;
  const url = (): string => addresses.get('own');
  const now = (): number => time.now();
  const roles = apis.flatMap((api) => api.roles ?? []);
  return {
    url,
    foreignUrl: () => addresses.get('foreign'),
    now,
    seed,
    origin: options.origin ?? now(),
    gzip: options.gzip ?? true,
    options,
    tenants: listTenantOptions(options).map((tenant, index) => ({
      account: createAccount(tenant, seed, index, roles),
      options: tenant,
    })),
    tokens: new TokenIssuer({
      url,
      audiences: apis.flatMap((api) => api.audiences ?? []),
      lifetimeSeconds: options.tokenLifetimeSeconds ?? 3_599,
      now,
      guid: guidSeries(seed, 'trace'),
    }),
  };
}

function listTenantOptions({ tenants = 1 }: ServerOptions): readonly AccountOptions[] {
  return typeof tenants === 'number' ? Array.from({ length: tenants }, () => ({})) : tenants;
}

/** A word of one API would be taken for another's: the first of them would get its requests or play its faults. */
function refuseClashes(apis: readonly EmulatedApi[]): void {
  const owners = new Map<string, string>();
  for (const { name, routes, faults } of apis) {
    const words = [
      ...routes.map(({ operation }) => `operation "${operation}"`),
      ...Object.keys(faults ?? {}).map((kind) => `fault "${kind}"`),
    ];
    for (const word of words) {
      const owner = owners.get(word);
      if (owner !== undefined)
        throw new Error(`The emulated APIs ${owner} and ${name} both have the ${word}.`);
      owners.set(word, name);
    }
  }
}
