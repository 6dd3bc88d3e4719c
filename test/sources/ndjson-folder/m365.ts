// The program with one more kind of source, as somebody would start it who brings one.

import { main } from '../../../input/cli/main.ts';
import { registerSource } from '../../../input/sources/index.ts';
import { ndjsonFolder } from './index.ts';

registerSource(ndjsonFolder);
await main(process.argv.slice(2));
