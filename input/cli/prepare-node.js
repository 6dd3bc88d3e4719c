// How Node is set up before anything of ours is loaded, the same in every process: what it compiled is kept under these
// flags. Measured by `npm run bench -- memory`.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

// Most of what a record brings is garbage at once: collecting it early costs little, and keeps the heap small.
setFlagsFromString('--heap-growing-percent=40');
// What the optimising compiler takes for large functions is not given back, least of all where threads share the work.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=400');
setFlagsFromString('--no-concurrent-recompilation');

// Node's default place is a folder that everybody may write to. Where NODE_COMPILE_CACHE names one, that counts.
enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'm365'));
