// Checks that an output of a policy can take documents.

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Finding, ok, problem, problemOf } from '../../contract/finding.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { checkClientCertificate, endOfClientCertificate } from '../../outputs/client-certificate.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import { parseHost } from '../../outputs/elasticsearch/connect/hosts.ts';
import type { ElasticsearchOptions } from '../../outputs/elasticsearch/connect/options.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import { leastPrivilegeKey } from '../../setup/api-key.ts';
import { checkElasticsearch } from '../../setup/check-elasticsearch.ts';
import type { DeliveryTargets } from '../../setup/judge-templates.ts';

/** `readable`: the same output with its key for reading, see withReadingKeys. */
export async function* checkOutput(
  output: OutputPolicy,
  readable: OutputPolicy,
  targets: DeliveryTargets,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  switch (output.type) {
    case 'elasticsearch': {
      const endsAt = endOfClientCertificate(output);
      if (endsAt !== undefined) yield checkClientCertificate(endsAt, Date.now());
      return yield* checkCluster(output.options, optionsToRead(output, readable), targets, signal);
    }
    case 'file':
      return yield checkFolder('folder', output.options.path);
    case 'console':
      return yield ok('console', 'Documents are printed on standard output.');
  }
}

/** Returns the options with the key for reading; undefined where there is none. */
function optionsToRead(output: OutputPolicy, readable: OutputPolicy): ElasticsearchOptions | undefined {
  return readable !== output && readable.type === 'elasticsearch' ? readable.options : undefined;
}

async function* checkCluster(
  options: ElasticsearchOptions,
  readOptions: ElasticsearchOptions | undefined,
  targets: DeliveryTargets,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  try {
    await using open = new AsyncDisposableStack();
    const connection = open.adopt(await connect(options), (each) => each.close());
    const reader = readOptions && open.adopt(await connect(readOptions), (each) => each.close());
    for (const finding of await checkElasticsearch(connection, targets, signal, { reader }))
      yield { ...finding, state: finding.state === 'unknown' ? 'note' : finding.state };
  } catch (error) {
    signal.throwIfAborted();
    yield problemOf('connection', error);
  }
}

/** The folder itself, or the nearest one above it that is there, must be writable. */
export function checkFolder(name: string, path: string): Finding {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok(name, `${resolve(path)} can be written.`);
  } catch (error) {
    const message = `${folder} cannot be written: ${describeFileFailure(error)}.`;
    return problem(name, message, 'Let the user of this process write there, or choose another folder.');
  }
}

/** The request that makes the smallest key which delivers. */
export function describeKey(dataStreams: readonly string[]): string {
  return `POST /_security/api_key\n${JSON.stringify(leastPrivilegeKey(dataStreams), undefined, 2)}`;
}

export function hostsOfOutput(output: OutputPolicy): readonly string[] {
  if (output.type !== 'elasticsearch') return [];
  return output.options.hosts.flatMap((host) => {
    const url = parseHost(host, output.options);
    return url ? [`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`] : [];
  });
}
