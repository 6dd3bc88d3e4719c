// What the output under test delivers to: the server itself, or, with `npm run test:elasticsearch -- --create-only`, one that
// lets through only what the key of an agent under Fleet may do.

import { answerForKey } from './create-only-key.ts';
import { FaultProxy, type ProxyFault } from './fault-proxy.ts';

/** True where the output may not look at what it delivered. */
export const createsOnly = process.env.M365_TEST_KEY === 'create-only';

/** Breaks requests as `choose` says; without it, all that may be asked get through. */
export function openFront(
  target: string,
  choose: (path: string) => ProxyFault | Promise<ProxyFault> = () => 'pass',
): Promise<FaultProxy> {
  return new FaultProxy(target, choose, createsOnly ? answerForKey : undefined).listen();
}
