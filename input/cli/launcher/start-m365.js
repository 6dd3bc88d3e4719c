// Starts the program on the Node that it needs. The file is plain JavaScript, because Node's TypeScript parser, once
// loaded, holds 40 MB until the process ends: everything else comes from Node's compile cache, and where that is empty,
// another process fills it. Measured by `npm run bench -- memory`.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { startAnew } from './start-anew.js';

const { dirname } = import.meta;

startAnew(join(dirname, '..', 'm365.js'));

// Node's default place is a folder that everybody may write to. Where NODE_COMPILE_CACHE names one, that counts.
const cacheFolder = join(dirname, '..', '..', '..', 'node_modules', '.cache', 'm365');
enableCompileCache(cacheFolder);
const cache = getCompileCacheDir();
if (cache !== undefined && readdirSync(cache).length === 0) {
  spawnSync(process.execPath, [...process.execArgv, join(dirname, 'fill-compile-cache.js'), cacheFolder]);
}

const { handleStreamErrors } = await import('../terminal/standard-streams.ts');
const { main } = await import('../main.ts');
handleStreamErrors();
await main(process.argv.slice(2));
