// Serves `GET /status` on this machine only. The Host check keeps a web page in somebody's browser from reading it by
// pointing a name of its own at 127.0.0.1.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { OperatorError } from '../../contract/errors.ts';
import type { StatusBoard } from './status-board.ts';

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes any free one. Throws an OperatorError when the port is taken. */
export async function serveStatus(board: StatusBoard, port: number): Promise<StatusServer> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) =>
    send(response, answer(board, request)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(port, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  // The process may end while somebody keeps a connection open.
  server.unref();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface StatusResponse {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain';
  readonly body: string;
}

function answer(board: StatusBoard, request: IncomingMessage): StatusResponse {
  if (!isLoopbackName(request.headers.host)) return refusal(403, 'Ask for 127.0.0.1 or localhost.');
  if (request.method !== 'GET') return refusal(405, 'Only GET.');
  if (request.url?.split('?', 1)[0] !== '/status') return refusal(404, 'There is only /status.');
  return { status: 200, type: 'application/json', body: JSON.stringify(board.snapshot()) };
}

function refusal(status: number, text: string): StatusResponse {
  return { status, type: 'text/plain', body: text };
}

function send(response: ServerResponse, { status, type, body }: StatusResponse): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET' }),
  });
  response.end(`${body}\n`);
}

function isLoopbackName(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host ?? '');
}

function portTaken(port: number, cause: Error): OperatorError {
  return new OperatorError({
    code: 'status-port',
    message: `The status page cannot listen on 127.0.0.1:${port}: ${cause.message}.`,
    advice: 'Choose another m365.status.port, or 0 for none.',
    retry: { kind: 'never' },
    cause,
  });
}
