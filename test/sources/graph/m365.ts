// The program with every log type of Graph, those too whose dataset is not there yet: their records are delivered raw, to
// the data stream of the audit log.

import { main } from '../../../input/cli/main.ts';
import { registerEveryKind } from './every-kind.ts';

registerEveryKind('o365.audit');
await main(process.argv.slice(2));
