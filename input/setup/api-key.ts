// The smallest API keys: one for delivery, with the reason for each privilege, and one for those who look at what was
// delivered, where the key that delivers may not.

import { OperatorError } from '../contract/errors.ts';
import { ElasticsearchError } from '../outputs/elasticsearch/errors/elasticsearch-error.ts';

/** The privileges of the output on its data streams. */
export const dataStreamPrivileges = [
  // The output uses `create` in bulk requests, and never overwrites or deletes.
  'create_doc',
  // The first document makes the data stream, from the template that is there.
  'auto_configure',
  // The output looks documents up after an unknown outcome or a take-over; so do `prove` and `state rebuild`.
  'read',
  // A refresh makes documents visible to that look-up.
  'maintenance',
  // The output and `check` read the template that a data stream follows.
  'view_index_metadata',
] as const;

/** The privileges on the cluster: to read the version, the processors, and the requests that are still at work. */
export const clusterPrivileges = ['monitor'] as const;

/** Returns the body for `POST /_security/api_key`; data streams are given by name or pattern. */
export function leastPrivilegeKey(dataStreams: readonly string[], name = 'm365') {
  return { name, role_descriptors: { m365_delivery: describeRole(dataStreams, dataStreamPrivileges) } };
}

/** The privileges of whoever looks at the data streams, and changes nothing. */
export const readingPrivileges = ['read', 'maintenance', 'view_index_metadata'] as const;

/** Returns the body for `POST /_security/api_key` of a key for `read_api_key`. */
function readingKey(dataStreams: readonly string[]) {
  const role = describeRole(dataStreams, readingPrivileges);
  return { name: 'm365-read', role_descriptors: { m365_reading: role } };
}

function describeRole(dataStreams: readonly string[], privileges: readonly string[]) {
  return {
    cluster: [...clusterPrivileges],
    indices: [{ names: [...dataStreams], privileges: [...privileges] }],
  };
}

export function adviseReadingKey(dataStreams: readonly string[]): string {
  return `Set read_api_key, of the output or of a stream, to the key that this makes (in Kibana: Dev Tools): POST /_security/api_key ${JSON.stringify(readingKey(dataStreams))}`;
}

/** Says of a refusal which key does; returns any other error as it is. */
export function explainUnreadable(error: unknown, dataStream: string): unknown {
  if (!(error instanceof ElasticsearchError) || error.category !== 'privilege') return error;
  return new OperatorError({
    code: 'may-not-read',
    message: `The key may not read ${dataStream}: ${error.message}`,
    advice: adviseReadingKey([dataStream]),
    retry: { kind: 'never' },
    cause: error,
  });
}
