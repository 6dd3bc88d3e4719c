// Starts the program on the Node that it needs. The file is plain JavaScript, because Node's TypeScript parser, once
// loaded, holds 40 MB until the process ends: everything else comes from Node's compile cache, and where that is empty,
// another process fills it. Measured by `npm run bench -- memory`.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';

const { dirname } = import.meta;

const flags = [
  '--disable-warning=ExperimentalWarning',
  // Most of what a record brings is garbage at once: collecting it early costs little, and keeps the heap small.
  '--max-semi-space-size=2',
  '--heap-growing-percent=30',
  '--no-short-builtin-calls',
  // Memory that the optimising compiler takes for large functions is not given back, least of all where threads share
  // the work.
  '--max-inlined-bytecode-size-cumulative=400',
  '--no-concurrent-recompilation',
];

// Flags and the settings of malloc count from the start of a process: this one begins again as itself, where
// the system can do that. Elsewhere, and for another Node than the flags are known to, its defaults have to do.
const isKnown = process.execve !== undefined && process.versions.node.startsWith('24.');
if (isKnown && flags.some((flag) => !process.execArgv.includes(flag))) {
  // Buffers of bodies and decompressors go back to the system at once; among the small things that stay they would leave
  // holes, which grow with the number of tenants.
  const malloc = {
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: '32768',
    MALLOC_TRIM_THRESHOLD_: '131072',
  };
  const words = [...process.execArgv, ...flags, join(dirname, '..', 'm365.js'), ...process.argv.slice(2)];
  process.execve(process.execPath, [process.execPath, ...words], { ...malloc, ...process.env });
}

// Node's default place is a folder that everybody may write to. Where NODE_COMPILE_CACHE names one, that counts.
const pipelinesFolder = join(dirname, '..', '..', '..', 'node_modules', '.cache', 'm365');
enableCompileCache(pipelinesFolder);
const cache = getCompileCacheDir();
if (cache !== undefined && readdirSync(cache).length === 0) {
  spawnSync(process.execPath, [...process.execArgv, join(dirname, 'fill-compile-cache.js'), pipelinesFolder]);
}

const { handleStreamErrors } = await import('../terminal/standard-streams.ts');
const { main } = await import('../main.ts');
handleStreamErrors();
await main(process.argv.slice(2));
