// Where Node keeps what it compiled of the scripts that tests start: without it each of them strips and compiles some two
// hundred files, which takes longer than what most of them do.

import { join } from 'node:path';

export const compiledScripts = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/m365-tests'),
};
