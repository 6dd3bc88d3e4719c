// The program with every log type of Graph, those too whose dataset is not there yet: their records are delivered raw, to
// the data stream of the audit log.

import { main } from '../../../input/cli/main.ts';
import { graphKind, graphKinds } from '../../../input/sources/graph/index.ts';
import { logTypes } from '../../../input/sources/graph/log-types/index.ts';
import { registerSource } from '../../../input/sources/index.ts';

const there = new Set(graphKinds.map(({ name }) => name));
for (const logType of logTypes)
  if (!there.has(logType.kind)) registerSource(graphKind(logType, 'o365.audit'));
await main(process.argv.slice(2));
