// Settings of other collectors of the same API, Filebeat's input o365audit and the CEL input of Elastic's package, with what
// to write in their place. Somebody who changes over copies them first.

const loginHint = 'login_url, where the hosts of cloud are not meant';
const managementHint = 'management_url, where the hosts of cloud are not meant';

/** By the setting there: the setting here. */
const renamed: Readonly<Record<string, string>> = {
  application_id: 'client_id',
  azure_tenant_id: 'tenant_id',
  tenants: 'tenant_id, in a stream for each tenant',
  tenant_names: 'tenant_name, in the stream of each tenant',
  content_type: 'content_types',
  key_passphrase: 'certificate_passphrase',
  token_url: loginHint,
  url: managementHint,
  base_url: managementHint,
  max_retention: 'initial_interval',
  maximum_age: 'initial_interval',
  list_contents_request_timeout: 'timeout',
  list_contents_start_time: 'initial_interval',
  resource_timeout: 'timeout',
  resource_ssl: 'ssl',
  resource_proxy_url: 'proxy_url',
  resource_rate_limit_limit: 'requests_per_minute',
  'api.resource': managementHint,
  'api.authentication_endpoint': loginHint,
  'api.poll_interval': 'interval',
  'api.max_retention': 'initial_interval',
  'api.max_requests_per_minute': 'requests_per_minute',
  'api.preserve_original_event': 'preserve_original_event',
  'resource.url': managementHint,
  'resource.timeout': 'timeout',
  'resource.ssl': 'ssl',
  'resource.proxy_url': 'proxy_url',
  'resource.rate_limit': 'requests_per_minute',
  'auth.oauth2.client.id': 'client_id',
  'auth.oauth2.client.secret': 'client_secret',
  'auth.oauth2.azure.tenant_id': 'tenant_id',
  'auth.oauth2.token_url': loginHint,
};

/** By the setting there: why there is none here. */
const needless: Readonly<Record<string, string>> = {
  key: 'put certificate and key together into certificate, or into the file of certificate_file',
  token_scopes: 'the audience follows from cloud; leave it out',
  oauth_endpoint_params: 'requests for tokens need no parameters of yours; leave it out',
  batch_interval: 'windows are chosen by what was listed; leave it out',
  max_executions: 'nothing is left over for the next interval; leave it out',
  resource_rate_limit_burst: 'requests_per_minute alone bounds requests; leave it out',
  transport_failure_threshold: 'the status says what fails from the first time; leave it out',
  enable_request_tracer: 'm365 check and the log say what was asked and answered; leave it out',
  program: 'it is a program for the CEL input; leave it out',
  state: 'it is the state of the CEL input; the ledger remembers what was collected. Leave it out',
  redact: 'secrets appear nowhere; leave it out',
  'api.max_query_size': 'windows are chosen by what was listed; leave it out',
  'resource.retry': 'what fails is tried again until its content has expired; leave it out',
  'resource.redirect': 'redirects are not followed; leave it out',
  'resource.tracer': 'm365 check and the log say what was asked and answered; leave it out',
  'auth.oauth2.provider': 'tokens come from Entra ID; leave it out',
  'auth.oauth2.scopes': 'the audience follows from cloud; leave it out',
  'auth.oauth2.endpoint_params': 'requests for tokens need no parameters of yours; leave it out',
};

const prefixed = (prefix: string, names: readonly string[], why: string) =>
  names.map((name): [string, string] => [`${prefix}${name}`, why]);

const reasons: readonly (readonly [string, string])[] = [
  ...Object.entries(renamed).map(([name, here]) => [name, `write ${here}`] as const),
  ...Object.entries(needless),
  ...prefixed(
    'resource_retry_',
    ['max_attempts', 'wait_min', 'wait_max'],
    'what fails is tried again until its content has expired; leave it out',
  ),
  ...prefixed(
    'resource_redirect_',
    ['forward_headers', 'headers_ban_list', 'max_redirects'],
    'redirects are not followed; leave it out',
  ),
];

/** Settings of a Filebeat module have `var.` in front. */
export const foreignSettings: ReadonlyMap<string, string> = new Map([
  ...reasons,
  ...reasons.map(([name, why]) => [`var.${name}`, why] as const),
  ...['tenant_id', 'client_id', 'client_secret', 'certificate', 'interval', 'tags'].map(
    (name) => [`var.${name}`, `write ${name}`] as const,
  ),
]);
