import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createProgram } from '../../input/cli/main.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');

test.each(['elastic-agent-m365.conf', 'm365-agent.service'])(
  'what %s calls is a command with such options',
  async (file) => {
    const [, line = ''] =
      /^ExecStart(?:Pre)?=-?\+?\/usr\/local\/bin\/m365 (.+)$/m.exec(
        readFileSync(join(deploy, file), 'utf8'),
      ) ?? [];
    const words = line.split(' ');
    const program = await createProgram(words);
    const install = program.commands.find((each) => each.name() === words[0]);
    const agent = install?.commands.find((each) => each.name() === words[1]);
    const known = agent?.options.map(({ long }) => long);
    expect(words.slice(0, 2)).toEqual(['install', 'agent']);
    expect(known).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith('--'))));
  },
);

test('the path unit starts the service of its name', () => {
  expect(readFileSync(join(deploy, 'm365-agent.path'), 'utf8')).not.toMatch(/^Unit=/m);
});
