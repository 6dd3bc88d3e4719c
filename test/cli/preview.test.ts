import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { run } from './command.ts';

test.each([
  [
    401,
    'security_exception',
    'unable to authenticate',
    /answered 401: unable to authenticate\. Give credentials that are valid there/,
  ],
  [
    403,
    'security_exception',
    'action is unauthorized',
    /answered 403: .*needs the privilege read on logs-\*\.\n$/,
  ],
])(
  'a preview whose key is refused (%i) says so instead of serving empty pages',
  async (status, type, reason, said) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-elastic-product': 'Elasticsearch',
      });
      response.end(JSON.stringify({ error: { type, reason }, status }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await run(
      ['preview', '--url', `http://127.0.0.1:${port}`, '--port', '0'],
      {
        ELASTICSEARCH_API_KEY: 'id:no-such-key',
      },
    );
    server.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(said);
  },
);
