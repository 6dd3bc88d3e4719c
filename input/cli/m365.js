#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=2
// Where the program starts. Plain JavaScript, because Node's TypeScript parser, once loaded, holds 40 MB until the
// process ends: everything else comes from Node's compile cache, and where that is empty, another process fills it.

import './prepare-node.js';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';

const cache = getCompileCacheDir();
if (cache !== undefined && readdirSync(cache).length === 0) {
  spawnSync(process.execPath, [...process.execArgv, join(import.meta.dirname, 'fill-compile-cache.js')]);
}

const { main } = await import('./main.ts');
await main(process.argv.slice(2));
