// Uploads a package. Kibana takes one upload in ten seconds, and says of an earlier one how long to wait.

import { OperatorError } from '../../contract/errors.ts';
import { askKibana, type KibanaConnection } from './connection.ts';

/** Another program may upload as well. */
const attempts = 4;
const usualWaitMs = 10_000;

/** Returns the number of assets that were installed. */
export async function uploadPackage(
  connection: KibanaConnection,
  zip: Uint8Array,
  sleep: (ms: number) => Promise<unknown>,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1)
    try {
      const { body } = await askKibana(connection, { method: 'POST', path: '/api/fleet/epm/packages', zip });
      return Array.isArray(body.items) ? body.items.length : 0;
    } catch (error) {
      if (attempt === attempts || !(error instanceof OperatorError) || error.code !== 'kibana-429')
        throw error;
      await sleep(readWaitMs(error.message));
    }
}

/** "Please wait 8s before uploading again." */
function readWaitMs(message: string): number {
  const seconds = /wait (\d{1,2})\s?s/.exec(message)?.[1];
  return seconds === undefined ? usualWaitMs : (Number(seconds) + 1) * 1000;
}
