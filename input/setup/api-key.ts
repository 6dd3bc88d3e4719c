// The smallest API key for delivery, with the reason for each privilege.

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
  return {
    name,
    role_descriptors: {
      m365_delivery: {
        cluster: [...clusterPrivileges],
        indices: [{ names: [...dataStreams], privileges: [...dataStreamPrivileges] }],
      },
    },
  };
}
