// Turns elastic-agent.proto into the JSON that is read when the input starts: a program in one file has no place for a
// .proto to be found at, and parsing one takes longer.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeReadableJson } from '../../../fields/readable-json.ts';

/** Returns the text of generated/elastic-agent.json. */
export function writeProtocolDefinition(): string {
  const own = createRequire(import.meta.url);
  // The parser is the loader's own, so that both understand the same.
  const loader = createRequire(own.resolve('@grpc/proto-loader'));
  const { Root } = loader('protobufjs');
  const file = join(import.meta.dirname, 'elastic-agent.proto');
  const parsed = new Root().loadSync(file, { keepCase: true });
  return writeReadableJson({ generated: 'from elastic-agent.proto by npm run generate', ...parsed.toJSON() });
}
