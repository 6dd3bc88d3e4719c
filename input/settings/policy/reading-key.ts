// The key with which commands look at documents. An output under Fleet has a key that cannot; its settings are Fleet's, so that
// a stream may bring the key for reading.

import { forReading } from '../../outputs/elasticsearch/connect/options.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { Policy } from './policy.ts';

/** Returns the policy as those use it who only look: each output with its key for reading, where it has one. */
export function withReadingKeys(policy: Policy): Policy {
  const outputs = new Map(policy.outputs.map((output) => [output, readable(output, policy)]));
  const readableOf = (output: OutputPolicy) => outputs.get(output) ?? output;
  return {
    ...policy,
    outputs: [...outputs.values()],
    streams: policy.streams.map((stream) => ({ ...stream, output: readableOf(stream.output) })),
    ...(policy.completeness && {
      completeness: policy.completeness.map((each) => ({ ...each, output: readableOf(each.output) })),
    }),
  };
}

function readable(output: OutputPolicy, policy: Policy): OutputPolicy {
  const keyed = bringReadingKey(output, policy);
  const hasKey = keyed.type === 'elasticsearch' && keyed.options.readApiKey !== undefined;
  return hasKey ? { ...keyed, options: forReading(keyed.options) } : output;
}

/** Returns the output with the key for reading beside its own: its own one, else that of a stream that delivers to it. */
export function bringReadingKey(output: OutputPolicy, { streams }: Policy): OutputPolicy {
  if (output.type !== 'elasticsearch' || output.options.readApiKey) return output;
  const ofStream = streams.find((stream) => stream.output === output && stream.readApiKey !== undefined);
  const { readApiKey } = ofStream ?? {};
  return readApiKey ? { ...output, options: { ...output.options, readApiKey } } : output;
}
