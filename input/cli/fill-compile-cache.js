// Loads every command, so that Node writes what it made of their files to its compile cache as this process ends.

import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'm365'));
const commands = join(import.meta.dirname, 'commands');
await import('./main.ts');
await import('./standard-streams.ts');
await import('../outputs/elasticsearch/client.ts');
for (const file of readdirSync(commands)) await import(join(commands, file));
