// The preview's web server: on this machine only, for reading only. The Host check keeps a web page in somebody's
// browser from reading the answers by pointing a name of its own at 127.0.0.1.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describeError, OperatorError } from '../contract/errors.ts';
import { findAssets, type PageAsset } from './assets.ts';
import type { PreviewSource } from './contract.ts';
import { BadRequest, readChoice } from './read-choice.ts';

export interface PreviewServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Port 0 takes any free one. Throws an OperatorError when it cannot listen. */
export async function servePreview(source: PreviewSource, port: number): Promise<PreviewServer> {
  const assets = findAssets();
  const server = createServer({ headersTimeout: 5000 }, (request, response) => {
    void answer(source, assets, request).then((reply) => send(response, reply));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(port, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
}

const json = (value: unknown, status = 200): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

const refusal = (status: number, message: string): Reply => json({ message }, status);

async function answer(
  source: PreviewSource,
  assets: ReadonlyMap<string, PageAsset>,
  request: IncomingMessage,
): Promise<Reply> {
  if (!isLoopbackName(request.headers.host)) return refusal(403, 'Ask for 127.0.0.1 or localhost.');
  if (request.method !== 'GET') return refusal(405, 'Only GET.');
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url === null) return refusal(400, 'That is no address.');
  try {
    const asset = assets.get(url.pathname);
    if (asset !== undefined) return { status: 200, type: asset.type, body: await asset.read() };
    const found = await ask(source, url);
    return found === undefined ? refusal(404, 'There is nothing here.') : json(found);
  } catch (error) {
    if (error instanceof BadRequest) return refusal(400, error.message);
    return refusal(502, describeError(error));
  }
}

async function ask(source: PreviewSource, url: URL): Promise<unknown> {
  const [root, ...path] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (root !== 'api') return undefined;
  const [what, dashboard, part, id] = path;
  if (what !== 'dashboards') return undefined;
  if (dashboard === undefined) return { dashboards: source.list(), now: source.now() };
  if (part === undefined) return source.describe(dashboard);
  if (id === undefined) return undefined;
  if (part === 'panels') return source.answer(dashboard, id, readChoice(url.searchParams));
  return part === 'controls' ? source.values(dashboard, id, readChoice(url.searchParams)) : undefined;
}

/** The page may run only its own files; data of events is drawn as text and can start nothing. */
const contentSecurityPolicy =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET' }),
  });
  response.end(body);
}

function isLoopbackName(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host ?? '');
}

function portTaken(port: number, cause: Error): OperatorError {
  return new OperatorError({
    code: 'preview-port',
    message: `The preview cannot listen on 127.0.0.1:${port}: ${cause.message}.`,
    advice: 'Choose another --port, or 0 for any that is free.',
    retry: { kind: 'never' },
    cause,
  });
}
