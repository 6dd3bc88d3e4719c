// Reads the one message that Elastic Agent writes to standard input of what it starts: where the agent is, and by which
// certificates and token the two know each other.

import { OperatorError, protectSecret } from '../contract/errors.ts';
import { startUpInfo } from './protocol/definition.ts';
import { readStartUp, type StartUp } from './protocol/messages.ts';

export interface StandardInput extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
}

/** Throws an OperatorError where there is no such message: somebody else than an agent started this. */
export async function readBootstrap(input: StandardInput): Promise<StartUp> {
  if (input.isTTY) throw notStartedByAgent('it is a terminal');
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) throw notStartedByAgent('it is empty');
  const startUp = decode(bytes);
  const { address, token, authority, certificate, key } = startUp;
  const missing = Object.entries({ address, token, authority, certificate, key })
    .filter(([, value]) => value.length === 0)
    .map(([name]) => name);
  if (missing.length > 0) throw notStartedByAgent(`the message on it lacks ${missing.join(', ')}`);
  protectSecret(token);
  protectSecret(key.toString('utf8').trim());
  return startUp;
}

/** The bytes are not repeated in the error, since they may hold a key. */
function decode(bytes: Buffer): StartUp {
  try {
    return readStartUp(startUpInfo.deserialize(bytes));
  } catch {
    throw notStartedByAgent('what is on it is no message of an agent');
  }
}

function notStartedByAgent(found: string): OperatorError {
  return new OperatorError({
    code: 'not-started-by-agent',
    message: `Elastic Agent says on standard input where it is to be reached, and ${found}.`,
    advice: 'Elastic Agent starts this command by itself. To collect by hand: m365 run --policy my.yml.',
    retry: { kind: 'never' },
  });
}
