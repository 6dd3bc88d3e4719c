// Sees to it that a process which was told to end does so in time.

import type { Logger } from '../../contract/logger.ts';
import type { Interruption } from './interruption.ts';

interface BoundEndOptions {
  /** The bound of the orderly end, as the interruption was given it. */
  readonly stopMs: number;
  /** The name of the setting or rule that the bound comes from. */
  readonly bound: string;
  readonly log: Logger;
}

/** Everything that an orderly end waits for ends with the signals; a kill does no harm to whatever else holds it up. */
export function boundEnd({ abandon, end }: Interruption, { stopMs, bound, log }: BoundEndOptions): void {
  const giveUp = () =>
    log.warn({}, 'What is in flight could not be delivered in time. Nothing is lost: the next run goes on.');
  const leave = () => {
    log.error({}, `It did not end within ${bound} (${stopMs / 1000} s), and ends now.`);
    process.exit(1);
  };
  abandon.addEventListener('abort', giveUp, { once: true });
  end.addEventListener('abort', () => setTimeout(leave, stopMs / 10).unref(), { once: true });
}
