// The command `m365 emulate`: an emulated Microsoft 365 on this machine, for trying, demonstrating and testing.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { OperatorError } from '../../contract/errors.ts';
import {
  type ContentOptions,
  type Emulator,
  type EmulatorOptions,
  graphLogNames,
  readFaultPlan,
  startEmulator,
  usualHabits,
} from '../../emulator/index.ts';
import { listenForInterruption } from '../terminal/interruption.ts';

interface EmulateOptions {
  readonly port: number;
  readonly seed: number;
  readonly tenants: number;
  readonly records: number;
  readonly days: number;
  readonly rate: number;
  readonly graphRecords?: number;
  readonly graphRate: number;
  readonly recordsPerBlob: number;
  readonly perfect: boolean;
  readonly faults?: string;
  readonly recordsFile?: string;
  readonly requestsPerMinute?: number;
  readonly json: boolean;
}

const teaching = `
What it is:
  The token endpoint and the Office 365 Management Activity API, as a collector
  meets them: subscriptions, listings with pages, content blobs, error codes,
  throttling, late and repeated content; with --graph-records the logs of
  Microsoft Graph too, such as sign-ins, alerts and message traces. It listens
  on 127.0.0.1 only and invents its tenants; nothing of it comes from, or goes
  to, Microsoft.

Examples:
  m365 emulate                              a day of history, 120 new records a
                                            minute
  m365 emulate --records 1000000 --days 7 --rate 0
                                            a big backlog that does not grow
  m365 emulate --records-file audit.ndjson  the records of a file
  m365 emulate --faults plan.json           with faults, of which
                                            input/emulator/README.md has
                                            examples

While it runs (here with curl):
  curl URL/emulator                         the tenants and their secrets
  curl URL/emulator/truth/summary           what was made available so far
  curl URL/emulator/requests                what was asked, and what should not
                                            have been
  curl -X PUT URL/emulator/faults -d @plan.json    another fault plan
  curl URL/emulator/advance -d '{"ms": 3600000}'   an hour later

The same seed gives the same tenants, secrets and records. Ctrl-C ends it.

Exit codes: 0 ended by Ctrl-C, 1 it could not begin, 2 usage.`;

export function emulateCommand(): Command {
  return new Command('emulate')
    .summary('run a Microsoft 365 emulator on this machine')
    .description(
      'Runs an emulator of the Office 365 Management Activity API and of Microsoft Graph, and prints the settings to reach it.',
    )
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 8365)
    .option('--seed <number>', 'everything generated is a function of it', readWhole, 1)
    .option('--tenants <number>', 'how many tenants', readWhole, 1)
    .option('--records <number>', 'records of history, for each tenant', readWhole, 20_000)
    .option('--days <number>', 'how far history reaches back', readNumber, 1)
    .option('--rate <number>', 'new records a minute, for each tenant', readNumber, 120)
    .option('--graph-records <number>', 'serve the logs of Graph too, with so much history each', readWhole)
    .option('--graph-rate <number>', 'new records a minute, for each log of Graph', readNumber, 4)
    .option('--records-per-blob <number>', 'records in a content blob', readWhole, 100)
    .option('--records-file <path>', 'serve the records of this NDJSON file as history')
    .option('--faults <path>', 'play the fault plan in this JSON file')
    .option('--requests-per-minute <number>', 'throttle each tenant past this many', readWhole)
    .option('--perfect', 'without late, repeated and doubly listed content', false)
    .option('--json', 'print the settings as one line of JSON', false)
    .addHelpText('after', teaching)
    .action(emulate);
}

async function emulate(options: EmulateOptions): Promise<void> {
  const emulator = await startEmulator(toEmulatorOptions(options));
  process.stdout.write(options.json ? describeAsJson(emulator) : describe(emulator, options));
  using interruption = listenForInterruption();
  if (!interruption.stop.aborted) await once(interruption.stop, 'abort');
  await emulator.close();
}

function toEmulatorOptions(options: EmulateOptions): EmulatorOptions {
  const content: ContentOptions = {
    records: options.records,
    days: options.days,
    ratePerMinute: options.rate,
    recordsPerBlob: options.recordsPerBlob,
    ...(options.recordsFile === undefined ? {} : { file: options.recordsFile }),
    ...(options.perfect ? {} : { habits: usualHabits }),
  };
  const { requestsPerMinute } = options;
  const graph = chooseGraphLogs(options);
  const tenant = { content, ...graph, ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }) };
  return {
    port: options.port,
    seed: options.seed,
    tenants: Array.from({ length: options.tenants }, () => tenant),
    ...(options.faults === undefined ? {} : { faults: readFaultPlan(readJsonFile(options.faults)) }),
  };
}

function chooseGraphLogs({ graphRecords: records, graphRate: ratePerMinute, days }: EmulateOptions) {
  if (records === undefined) return {};
  return { graph: Object.fromEntries(graphLogNames.map((name) => [name, { records, days, ratePerMinute }])) };
}

function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new OperatorError({
      code: 'fault-plan',
      message: `The fault plan ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}.`,
      advice: 'Give a JSON file; see input/emulator/README.md.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

function describe({ url, tenants }: Emulator, { graphRecords }: EmulateOptions): string {
  const graphUrl = `  graph_url: ${url}   # in its place, with a source of Graph such as graph-sign-ins\n`;
  const settings = tenants.map(
    ({ tenantId, clientId, clientSecret, domain }) => `
  # ${domain}
  tenant_id: ${tenantId}
  client_id: ${clientId}
  client_secret: ${clientSecret}
  login_url: ${url}
  management_url: ${url}
${graphRecords === undefined ? '' : graphUrl}`,
  );
  return `The emulator listens on ${url}. Settings for a policy's stream:\n${settings.join('')}
Truth: ${url}/emulator/truth/summary
Requests: ${url}/emulator/requests
Ctrl-C ends it.\n`;
}

function describeAsJson({ url, foreignUrl, tenants }: Emulator): string {
  const settings = tenants.map(({ tenantId, domain, clientId, clientSecret }) => ({
    tenantId,
    domain,
    clientId,
    clientSecret,
  }));
  return `${JSON.stringify({ url, foreignUrl, tenants: settings })}\n`;
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError('It must be a number, 0 or more.');
  }
  return number;
}

function readWhole(text: string): number {
  const number = readNumber(text);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

function readPort(text: string): number {
  const port = readWhole(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return port;
}
