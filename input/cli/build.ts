// Builds the release folder: `npm run build`, or `npm run build -- FOLDER` for another one than build/release/.

import { resolve } from 'node:path';
import { ownPath } from '../../pipelines/own-files.ts';
import { writeRelease } from './release/write-release.ts';

const [folder = ownPath('build/release')] = process.argv.slice(2);

await writeRelease(resolve(folder));
console.log(resolve(folder));
