#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=2
// Where the program starts: plain JavaScript, so that what follows applies to every file with types. Memory is kept
// small here; measured by `npm run bench -- memory`.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

const flags = [
  // Most of what a record brings is garbage at once: collecting it early costs little, and keeps the heap small.
  '--heap-growing-percent=40',
  // What the optimising compiler takes for large functions is not given back, least of all where threads share the work.
  '--max-inlined-bytecode-size-cumulative=400',
  '--no-concurrent-recompilation',
];
for (const flag of flags) setFlagsFromString(flag);

const { dirname } = import.meta;
const ownCache = join(dirname, '..', '..', 'node_modules', '.cache', 'm365');
// Node's default place is a folder that everybody may write to.
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? ownCache);

// Node's TypeScript parser, once loaded, holds 40 MB until the process ends. Where the cache has nothing yet, another
// process fills it, so that this one needs no parser.
const cache = getCompileCacheDir();
if (cache !== undefined && readdirSync(cache).length === 0) {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(cache, '..') };
  const script = join(dirname, 'fill-compile-cache.js');
  spawnSync(process.execPath, [...process.execArgv, ...flags, script], { env });
}

const { main } = await import('./main.ts');
await main(process.argv.slice(2));
