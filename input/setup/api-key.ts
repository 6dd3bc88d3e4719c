// The smallest API key that delivery needs, and why it needs each part.

/** What the output may do on its data streams. */
export const dataStreamPrivileges = [
  // `create` in bulk requests; never overwrite or delete.
  'create_doc',
  // Make the data stream with its first document, from the template that is there.
  'auto_configure',
  // Look documents up after an unknown outcome or a take-over, for `prove` and for `state rebuild`.
  'read',
  // Make a document visible to that look-up.
  'maintenance',
  // See which template a data stream follows: in `check`, and before documents go into it.
  'view_index_metadata',
] as const;

/** Ask for the version, for processors, and whether a request of unknown outcome is still at work. */
export const clusterPrivileges = ['monitor'] as const;

/** The body for `POST /_security/api_key`; data streams by name or pattern. */
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
