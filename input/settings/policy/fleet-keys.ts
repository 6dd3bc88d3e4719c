// Keys that Kibana and Fleet write into an exported policy for their own book-keeping. They are no settings of ours,
// and no mistake of the operator's. Each list names what Fleet's policy types declare for that place.

/** Keys at the top of a policy. */
export const policyKeys: ReadonlySet<string> = new Set([
  'id',
  'revision',
  'namespaces',
  // Settings of Elastic Agent itself.
  'agent',
  'fleet',
  'signed',
  'secret_references',
  'output_permissions',
  'monitoring',
  'providers',
  // OpenTelemetry parts of policies since 9.x.
  'receivers',
  'connectors',
  'exporters',
  'extensions',
  'service',
]);

const dataStreamKeys = ['data_stream.elasticsearch', 'data_stream.index_mode', 'data_stream.release'];

/** Keys in an entry of `inputs`. */
export const inputKeys: ReadonlySet<string> = new Set([
  'id',
  'name',
  'revision',
  'package_policy_id',
  'meta',
  'policy',
  'release',
  'agents',
  'condition',
  '_runtime_experimental',
  ...dataStreamKeys,
]);

/** Keys in an entry of `streams`. */
export const streamKeys: ReadonlySet<string> = new Set([
  'id',
  'release',
  'policy_template',
  'original_id',
  'condition',
  ...dataStreamKeys,
]);

/** Keys in an entry of `outputs`. */
export const outputKeys: ReadonlySet<string> = new Set([
  'id',
  'name',
  'is_default',
  'is_default_monitoring',
  'is_internal',
  'is_preconfigured',
  'allow_edit',
  'preset',
  // Of a remote cluster, for Fleet Server.
  'service_token',
  'sync_integrations',
  'sync_uninstalled_integrations',
  'kibana_url',
  'kibana_api_key',
  // Of Elastic Agent's own shipper and OpenTelemetry collector, which this program does not use.
  'shipper',
  'otel',
]);
