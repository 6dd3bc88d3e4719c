// The executable's own beginning. Its flags are in it already.

import { main } from '../../main.ts';
import { handleStreamErrors } from '../../terminal/standard-streams.ts';

handleStreamErrors();
void main(process.argv.slice(2));
