import { expect, test } from '@jest/globals';
import { makeWorkplace } from '../end-to-end/harness.ts';
import { startServer } from '../http/local-server.ts';
import { run } from './command.ts';

test('after the first start, no command needs Node’s TypeScript parser in its memory', async () => {
  const server = await startServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid secret' }),
    );
  });
  const workplace = await makeWorkplace({
    streams: [
      {
        tenant_id: 'a0c65126-4337-4b49-904c-33164d0080bf',
        client_id: 'a0c65126-4337-4b49-904c-33164d0080c0',
        client_secret: 'secret',
        login_url: server.url,
        management_url: server.url,
        tags: ['m365-emulator'],
      },
    ],
  });
  try {
    const environment = { NODE_COMPILE_CACHE: `${workplace.folder}/cache` };
    expect(await run(['--version'], environment)).toMatchObject({ code: 0 });
    const traced = { ...environment, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
    const help = ['run', 'start', 'check', 'map'].map((command) => [command, '--help']);
    for (const words of [...help, ['map', '--explain'], ['run', '--once', '--policy', workplace.policy]]) {
      const { stdout, stderr } = await run(words, traced);
      const stripped = `${stdout}${stderr}`.match(/reading cache from \S+ for StrippedTypeScript.*/g) ?? [];
      expect(stripped.length).toBeGreaterThan(10);
      expect(stripped.filter((line) => !line.includes('success'))).toEqual([]);
    }
  } finally {
    await server.close();
    await workplace.remove();
  }
});
