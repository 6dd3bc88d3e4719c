// Loads every command, so that Node writes what it made of their files to its compile cache as this process ends.

import './prepare-node.js';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const commands = join(import.meta.dirname, 'commands');
await import('./main.ts');
await import('../outputs/elasticsearch/client.ts');
for (const file of readdirSync(commands)) await import(join(commands, file));
