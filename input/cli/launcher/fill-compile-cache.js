// Loads every command, so that Node fills its compile cache, in the folder named on the command line, when this process
// ends.

import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(process.argv[2]);
const commands = join(import.meta.dirname, '../commands');
await import('../main.ts');
await import('../terminal/standard-streams.ts');
await import('../../outputs/elasticsearch/connect/client.ts');
// What commands load only when they are at work.
await import('../run-policy.ts');
await import('../../settings/policy/load-policy.ts');
await import('../../telemetry/terminal/progress.ts');
await import('../explain/explain-records.ts');
for (const file of readdirSync(commands)) await import(join(commands, file));
