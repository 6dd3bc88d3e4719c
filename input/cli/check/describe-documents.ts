// Tells a newcomer where a policy's documents go, and the next command to look at them.

import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { defaultFileFolder } from '../../outputs/file/options.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { Policy } from '../../settings/policy/policy.ts';

type Described = Pick<Policy, 'file' | 'outputs' | 'streams'>;

export function describeDocuments(policy: Described, environment: NodeJS.ProcessEnv): string {
  // The command has no name of its own from a checkout, and through npm.
  const m365 = environment.npm_lifecycle_event === undefined ? 'm365' : 'npm run -s m365 --';
  return policy.outputs.map((output) => describeOutput(output, policy, m365)).join(' ');
}

function describeOutput(output: OutputPolicy, { file, streams }: Described, m365: string): string {
  switch (output.type) {
    case 'console':
      return 'Documents: standard output.';
    case 'file': {
      const { path } = output.options;
      const where = path === defaultFileFolder ? '' : ` --data ${quote(path)}`;
      return `Documents: ${path}. Look at them: ${m365} show --follow${where} (lines), ${m365} preview${where} (dashboards).`;
    }
    case 'elasticsearch': {
      const own = streams.filter((stream) => stream.output === output);
      const names = new Set(own.map(({ mapping }) => dataStreamOf(mapping)));
      const look = file === undefined ? 'Kibana' : `Kibana, or ${m365} preview --policy ${quote(file)}`;
      return `Documents: ${[...names].join(', ')} in ${output.options.hosts.map(withoutUser).join(', ')}. Look at them: ${look}.`;
    }
  }
}

const withoutUser = (host: string): string => URL.parse(host)?.origin ?? 'Elasticsearch';

/** Quotes text for a shell, where it needs that. */
const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
