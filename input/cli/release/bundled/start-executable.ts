// The executable's own beginning. It has its flags in itself; what collects for a long time begins anew with the settings
// of malloc, if whoever started it has not set them. Everything else is loaded after that.

import { setMalloc } from '../../launcher/start-anew.js';

const collecting = ['run', 'agent'];

async function start(words: readonly string[]): Promise<void> {
  if (collecting.some((command) => command === words[0]) && !words.includes('--help')) setMalloc();
  const { handleStreamErrors } = await import('../../terminal/standard-streams.ts');
  const { main } = await import('../../main.ts');
  handleStreamErrors();
  await main(words);
}

void start(process.argv.slice(2));
