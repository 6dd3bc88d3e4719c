// The settings of an Elasticsearch output that say where the cluster is, how to reach it, and who asks, named as Elastic
// Agent names them. Those of its throughput are in throughput-settings.ts.

import { proxyDisableOption, verificationModeOption } from '../../../http/dispatcher.ts';
import { protocolVersions } from '../../../http/tls.ts';
import type { Option, OptionSet } from '../../../options/option.ts';
import { bulkParameters, replacedOptions } from './agent-settings.ts';
import { throughputOptions } from './throughput-settings.ts';

const addressOptions: readonly Option[] = [
  {
    name: 'hosts',
    type: 'list',
    required: true,
    title: 'Hosts',
    about:
      'Addresses of the cluster; without a port, 9200 is meant. Requests go to them in turn, and one that does not answer rests for 5 seconds to a minute.',
    example: 'https://elasticsearch.example:9200',
    shown: 'main',
  },
  {
    name: 'protocol',
    type: 'choice',
    choices: ['http', 'https'],
    default: 'http',
    title: 'Protocol',
    about: 'For hosts that are written without one.',
    shown: 'file',
  },
  {
    name: 'path',
    type: 'text',
    title: 'Path',
    about: 'In front of the path of every request, for hosts that are written without one.',
    shown: 'file',
  },
  {
    name: 'loadbalance',
    type: 'boolean',
    default: true,
    title: 'Load balancing',
    about: 'The value false keeps to one host until it fails.',
    shown: 'file',
  },
  {
    name: 'headers',
    type: 'object',
    title: 'Headers',
    about: 'HTTP headers added to every request.',
    shown: 'file',
  },
  {
    name: 'parameters',
    type: 'object',
    title: 'Parameters',
    about: `Parameters in the URL of every bulk request: ${bulkParameters.join(', ')}.`,
    shown: 'file',
  },
  {
    name: 'proxy_url',
    type: 'url',
    title: 'Proxy URL',
    about: 'Replaces HTTPS_PROXY and HTTP_PROXY of the environment; NO_PROXY still counts.',
    shown: 'advanced',
  },
  proxyDisableOption,
  {
    name: 'proxy_headers',
    type: 'object',
    title: 'Proxy headers',
    about: 'HTTP headers for the proxy alone, with the request for a tunnel.',
    shown: 'file',
  },
];

const credentialOptions: readonly Option[] = [
  {
    name: 'api_key',
    type: 'secret',
    variable: 'ELASTICSEARCH_API_KEY',
    title: 'API key',
    about: 'id:key, or the same in base64; `m365 check` prints the smallest key that does.',
    shown: 'main',
  },
  {
    name: 'api_key_file',
    type: 'text',
    title: 'API key file',
    about: 'A file that holds the API key; read again when it changes.',
    shown: 'file',
  },
  {
    name: 'read_api_key',
    type: 'secret',
    title: 'API key for reading',
    about:
      'A second key, for prove, replay, deduplicate, state rebuild and check, where the key that delivers may not read, as under Fleet. Collecting never uses it.',
    shown: 'advanced',
  },
  {
    name: 'read_api_key_file',
    type: 'text',
    title: 'File of the API key for reading',
    about: 'A file that holds the API key for reading; read again when it changes.',
    shown: 'file',
  },
  {
    name: 'username',
    type: 'text',
    title: 'User name',
    about: 'Basic authentication, where no API key is used.',
    shown: 'main',
  },
  {
    name: 'password',
    type: 'secret',
    variable: 'ELASTICSEARCH_PASSWORD',
    title: 'Password',
    about: 'The password of the user.',
    shown: 'main',
  },
  {
    name: 'password_file',
    type: 'text',
    title: 'Password file',
    about: 'A file that holds the password; read again when it changes.',
    shown: 'file',
  },
];

const tlsOptions: readonly Option[] = [
  {
    name: 'ssl.certificate_authorities',
    type: 'list',
    title: 'Certificate authorities',
    about: 'PEM files, or PEM text, of the authorities to trust instead of those of the system.',
    shown: 'advanced',
  },
  {
    name: 'ssl.ca_trusted_fingerprint',
    type: 'text',
    title: 'Trusted authority fingerprint',
    about: 'SHA-256 of the authority to trust, in hex, as Elasticsearch prints it when it first starts.',
    shown: 'advanced',
  },
  verificationModeOption,
  {
    name: 'ssl.ca_sha256',
    type: 'list',
    title: 'Pinned authorities',
    about:
      'SHA-256 of public keys in base64, one of which a certificate of the verified chain must have; on top of every other check.',
    shown: 'file',
  },
  {
    name: 'ssl.certificate',
    type: 'text',
    title: 'Client certificate',
    about: 'The certificate that this side shows, with its chain: a PEM file, or PEM text.',
    multiline: true,
    shown: 'file',
  },
  {
    name: 'ssl.key',
    type: 'secret',
    title: 'Client key',
    about: 'The key of that certificate: a PEM file, or PEM text.',
    multiline: true,
    shown: 'file',
  },
  {
    name: 'ssl.key_passphrase',
    type: 'secret',
    title: 'Key passphrase',
    about: 'The passphrase of an encrypted key.',
    shown: 'file',
  },
  {
    name: 'ssl.supported_protocols',
    type: 'list',
    choices: protocolVersions,
    title: 'TLS versions',
    about: 'The versions of TLS that may be spoken.',
    shown: 'file',
  },
  {
    name: 'ca_sha256',
    type: 'list',
    title: 'Pinned authorities',
    about: 'The same as ssl.ca_sha256, as Kibana writes it.',
    shown: 'file',
  },
  {
    name: 'ssl.renegotiation',
    type: 'choice',
    choices: ['never'],
    title: 'Renegotiation',
    about: 'It is never done.',
    shown: 'file',
  },
  {
    name: 'ssl.enabled',
    type: 'boolean',
    default: true,
    title: 'TLS settings',
    about: 'The value false leaves the other settings of ssl out; whether TLS is spoken says the address.',
    shown: 'file',
  },
];

export const elasticsearchOptions: OptionSet = {
  part: 'outputs',
  options: [...addressOptions, ...credentialOptions, ...tlsOptions, ...throughputOptions, ...replacedOptions],
};
