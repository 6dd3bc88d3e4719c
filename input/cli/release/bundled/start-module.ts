// The beginning of the bundle for a Node that is there already: it starts anew with the flags that keep it small.

import { startAnew } from '../../launcher/start-anew.js';

startAnew(import.meta.filename);
const { handleStreamErrors } = await import('../../terminal/standard-streams.ts');
const { main } = await import('../../main.ts');
handleStreamErrors();
await main(process.argv.slice(2));
