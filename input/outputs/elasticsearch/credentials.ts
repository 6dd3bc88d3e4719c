// The Authorization header, from whatever credentials there are.

import { protectSecret } from '../../errors.ts';
import type { ElasticsearchOptions } from './options.ts';

/** Read again for every request, so that a renewed key is taken up. */
export function authorize(
  { apiKey, username, password }: ElasticsearchOptions,
  hosts: readonly URL[],
): () => Promise<string | undefined> {
  if (apiKey) return async () => `ApiKey ${encodeApiKey(await apiKey())}`;
  if (username !== undefined && password)
    return async () => `Basic ${encodeBasic(username, await password())}`;
  const inUrl = hosts.find((url) => url.username !== '');
  if (!inUrl) return async () => undefined;
  const header = `Basic ${encodeBasic(decodeURIComponent(inUrl.username), decodeURIComponent(inUrl.password))}`;
  return async () => header;
}

/** Kibana shows a key as `id:key` for Elastic Agent and in base64 for everything else; a colon tells them apart. */
function encodeApiKey(key: string): string {
  const encoded = key.includes(':') ? Buffer.from(key).toString('base64') : key;
  protectSecret(encoded);
  return encoded;
}

function encodeBasic(username: string, password: string): string {
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  protectSecret(password);
  protectSecret(encoded);
  return encoded;
}
