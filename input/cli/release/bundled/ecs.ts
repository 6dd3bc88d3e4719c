// What the package @elastic/ecs is in the bundle: the part of it that the program reads, as data that is read when somebody
// asks for it. As code it would be a third of the program.

import { readOwnText } from '../../../../pipelines/own-files.ts';
import { ecsFile } from './ecs-file.ts';

const ecs: unknown = JSON.parse(readOwnText(ecsFile));

export default ecs;
