// The command `m365 start`: it shows the whole way from an emulated tenant to local files, with nothing else installed.

import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Emulator, TenantSettings } from '../../emulator/index.ts';
import { defaultFileFolder } from '../../outputs/file/options.ts';
import { parsePolicy } from '../../settings/policy/load-policy.ts';
import { startDemoTenant } from '../demo-tenant.ts';
import { type RunCommandOptions, runFile, runOrShow, toLoadOptions, withRunOptions } from './run.ts';

interface StartCommandOptions extends RunCommandOptions {
  readonly data: string;
}

const usualFolder = dirname(defaultFileFolder);

const teaching = `
Without a policy it serves an emulated tenant on 127.0.0.1, with a day of
history and new activity all the time, collects its audit log and its sign-ins,
and writes the documents to ./data/events. Nothing leaves this machine. A
second start goes on where the first ended; delete the folder to begin again.

Examples:
  m365 start                      watch it work; Ctrl-C ends it
  m365 start --once               collect the day of history, then end
  m365 start --policy my.yml      the same as m365 run --policy my.yml
  npm start -- --policy my.yml    the same through npm
  m365 show --follow              its documents, a line each
  m365 preview                    its documents, as dashboards

With a policy it has the options of run; see m365 run --help.

Exit codes: 0 ended in order, 1 something failed, 2 the policy is wrong, 130
ended by a second Ctrl-C.`;

export function startCommand(): Command {
  return withRunOptions(new Command('start'), 'collect what this policy says instead')
    .description('Collects an emulated tenant into local files; with --policy, what the policy says.')
    .option('--data <folder>', 'where the demonstration keeps everything', usualFolder)
    .addHelpText('after', teaching)
    .action(async (options: StartCommandOptions) => {
      process.exitCode = options.policy === undefined ? await demonstrate(options) : await runFile(options);
    });
}

async function demonstrate(options: StartCommandOptions): Promise<number> {
  const emulator = await startDemoTenant(options.data, Date.now());
  try {
    const policy = parsePolicy(
      demoPolicy(emulator, options.data),
      'the demonstration',
      toLoadOptions(options),
    );
    return await runOrShow(policy, options);
  } finally {
    await emulator.close();
  }
}

/** Nobody wants to wait for what is emulated: neither for Microsoft's delay nor for its limits. */
const quickSignIns = {
  source: 'graph-sign-ins',
  initial_interval: '24h',
  interval: '15s',
  delay: '10s',
  requests_per_minute: 6000,
};

function credentialsOf({ tenantId, clientId, clientSecret }: TenantSettings, url: string) {
  return {
    tenant_id: tenantId,
    tenant_name: 'Emulated tenant',
    client_id: clientId,
    client_secret: clientSecret,
    login_url: url,
  };
}

/** The policy of the demonstration, as one would write it. */
function demoPolicy({ url, tenants }: Emulator, folder: string): string {
  return stringify({
    m365: { state_folder: join(folder, 'state') },
    outputs: {
      default: { type: 'file', path: folder === usualFolder ? defaultFileFolder : join(folder, 'events') },
    },
    inputs: [
      {
        type: 'm365',
        streams: [
          ...tenants.flatMap((tenant) => [
            { id: 'demonstration', ...credentialsOf(tenant, url), management_url: url, interval: '5s' },
            { id: 'sign-ins', ...credentialsOf(tenant, url), graph_url: url, ...quickSignIns },
          ]),
          // Completeness is reported for the dashboard that shows whether everything arrived.
          { 'data_stream.dataset': 'm365.collection', 'data_stream.namespace': 'demo', interval: '30s' },
        ],
      },
    ],
  });
}
