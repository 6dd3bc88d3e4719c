// The command `m365 check`: it tells what is wrong with a policy's tenants and outputs, and what to do about it.

import { Command } from 'commander';
import { judgeAgentFiles } from '../../agent-files/judge-files.ts';
import { type Finding, note, problem } from '../../contract/finding.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { Policy, StreamPolicy } from '../../settings/policy/policy.ts';
import { withReadingKeys } from '../../settings/policy/reading-key.ts';
import type { DeliveryTargets } from '../../setup/judge-templates.ts';
import { usualKind } from '../../sources/index.ts';
import { checkFolder, checkOutput, describeKey, hostsOfOutput } from '../check/check-output.ts';
import { printFinding } from '../check/print-finding.ts';
import { chooseStreams, nameTenant, rawStreamsOf, writtenStreamsOf } from '../choose-streams.ts';
import { addPolicyOptions, loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { listenForInterruption } from '../terminal/interruption.ts';
import { paint, printText } from '../terminal/terminal.ts';

const teaching = `
Asks sources and outputs what a collector would ask, and changes nothing:
  tenant   does a token come, which roles it carries and which are missing,
           is auditing on, each subscription, the clock
  output   Elasticsearch: version, processors, privileges, templates and their
           owner; the folder of a file output
  hosts    what a firewall has to let through
  package  is the package that Fleet made the policy from new enough
  agent    has every version of Elastic Agent on this machine this program, if
           m365 install agent was ever run
Every problem comes with what to do about it.

Examples:
  m365 check --policy my.yml
  m365 check --policy my.yml --tenant Contoso
  m365 check --policy my.yml --json | jq .findings

Exit codes: 0 no problems (notes are none), 1 problems, 2 the policy is wrong.`;

interface CheckFlags extends PolicyFlags {
  readonly tenant?: string;
  readonly json?: boolean;
  readonly agentHome?: string;
}

export function checkCommand(): Command {
  return addPolicyOptions(new Command('check'))
    .description('Finds what is wrong with tenants and outputs, and says how to mend it.')
    .option('--tenant <name>', 'one tenant: its id, its name or its stream')
    .option('--json', 'as JSON')
    .option('--agent-home <folder>', 'of an Elastic Agent that lies in no usual place')
    .addHelpText('after', teaching)
    .action(async (flags: CheckFlags) => {
      process.exitCode = (await check(flags)) ? 0 : 1;
    });
}

interface CheckSection {
  readonly title: string;
  findings(signal: AbortSignal): AsyncIterable<Finding> | Iterable<Finding>;
}

async function check(flags: CheckFlags): Promise<boolean> {
  const policy = await loadCollectedPolicy(flags);
  using signals = listenForInterruption();
  const all: (Finding & { readonly about: string })[] = [];
  for (const { title, findings } of sectionsOf(policy, flags)) {
    if (!flags.json) printText(`${all.length > 0 ? '\n' : ''}${title}`);
    for await (const finding of findings(signals.stop)) {
      all.push({ about: title, ...finding });
      if (!flags.json) printFinding(finding);
    }
  }
  const hosts = hostsOf(policy);
  if (flags.json) printText(JSON.stringify({ findings: all, hosts }, undefined, 2));
  else printEnd(policy, all, hosts);
  return all.every(({ state }) => state !== 'problem');
}

function sectionsOf(policy: Policy, { tenant, agentHome }: CheckFlags): readonly CheckSection[] {
  const readable = withReadingKeys(policy).outputs;
  return [
    ...chooseStreams(policy, tenant).map((stream) => ({
      title: `Tenant ${nameTenant(stream)}${stream.source.kind === usualKind ? '' : `, ${stream.source.kind}`}`,
      findings: (signal: AbortSignal) => checkSource(stream, signal),
    })),
    ...policy.outputs.map((output, index) => ({
      title: `Output ${output.name} (${output.type})`,
      findings: (signal: AbortSignal) =>
        checkOutput(output, readable[index] ?? output, targetsOf(policy, output), signal),
    })),
    ...(policy.outdated ?? []).map(({ input, message, advice }) => ({
      title: `Input ${input}`,
      findings: () => [problem('package', message, advice)],
    })),
    { title: 'This machine', findings: () => checkMachine(policy, agentHome) },
  ];
}

async function* checkMachine(policy: Policy, agentHome: string | undefined): AsyncGenerator<Finding> {
  yield checkFolder('state folder', policy.process.stateFolder);
  yield* judgeAgentFiles(agentHome);
}

function checkSource({ source }: StreamPolicy, signal: AbortSignal) {
  return source.check?.(signal) ?? [note('source', `What ${source.kind} reads cannot be asked beforehand.`)];
}

function targetsOf(policy: Policy, output: OutputPolicy): DeliveryTargets {
  return { dataStreams: writtenStreamsOf(policy, output), raw: rawStreamsOf(policy, output) };
}

function hostsOf({ streams, outputs }: Policy): readonly string[] {
  const asked = streams.flatMap(({ source }) => source.hosts);
  return [...new Set([...asked, ...outputs.flatMap(hostsOfOutput)])];
}

const uploadNeeds = `
Kibana takes an upload of the package where it reaches its registry,
epr.elastic.co:443; without internet where kibana.yml has one of
  xpack.fleet.internal.allowRegistryPackageUploads: true
  xpack.fleet.internal.skipUploadPackageValidation: true`;

function printEnd(policy: Policy, findings: readonly Finding[], hosts: readonly string[]): void {
  printText(`\nA firewall has to let through\n${hosts.map((host) => `  ${host}`).join('\n')}`);
  printText(uploadNeeds);
  const lacking = findings.some(({ name, state }) => name === 'privileges' && state === 'problem');
  const streams = policy.outputs.flatMap((output) =>
    output.type === 'elasticsearch' ? writtenStreamsOf(policy, output) : [],
  );
  if (lacking)
    printText(`\nThe smallest API key that delivers (in Kibana: Dev Tools):\n${describeKey(streams)}`);
  const problems = findings.filter(({ state }) => state === 'problem').length;
  printText(
    problems === 0
      ? paint('green', '\nNo problems.')
      : paint('red', `\n${problems} ${problems === 1 ? 'problem' : 'problems'}.`),
  );
}
