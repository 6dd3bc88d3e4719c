// `m365 prove`: what Microsoft lists now against what was delivered.

import { Command } from 'commander';
import { systemClock } from '../../clock.ts';
import { openLedgerToRead } from '../../delivery/sqlite-ledger.ts';
import { reachMs } from '../../sources/management-activity/windows.ts';
import { chooseStreams, nameTenant } from '../choose-streams.ts';
import { openCommandLog } from '../command-log.ts';
import { listenForInterruption } from '../interruption.ts';
import { paint, say } from '../paper.ts';
import { addPolicyOptions, loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { printProof } from '../print-proof.ts';
import { isProved, proveTenant, type TenantProof } from '../prove-tenant.ts';
import { listedWindow, readTime } from '../read-time.ts';

const teaching = `
Asks Microsoft for everything it lists in a window (by the time the content
was made) and looks in the ledger what became of each content blob:
  done      every record was delivered, a duplicate, or kept as a dead letter
  pending   known, and not yet fetched to its end
  lost      expired or unreadable, with the reason
  missing   listed by Microsoft, and unknown to the ledger
It may be used while m365 run is running, and changes nothing.

Examples:
  m365 prove --policy my.yml                       the last seven days
  m365 prove --policy my.yml --from 24h            since this time yesterday
  m365 prove --policy my.yml --tenant Contoso --from 2026-11-19 --to 2026-11-20
  m365 prove --policy my.yml --from 24h --records  also fetch the content again
                       and ask Elasticsearch for every single record

Exit codes: 0 everything is done, 1 something is not (it says what), 2 usage.`;

interface ProveFlags extends PolicyFlags {
  readonly tenant?: string;
  readonly from?: number;
  readonly to?: number;
  readonly records?: boolean;
  readonly json?: boolean;
}

// What was made a moment ago is on its way.
const settleMs = 15 * 60_000;

export function proveCommand(): Command {
  const time = (text: string) => readTime(text);
  return addPolicyOptions(new Command('prove'))
    .description('Compares what Microsoft lists with what was delivered.')
    .option('--tenant <name>', 'one tenant: its id, its name or its stream')
    .option('--from <time>', 'date, time (UTC) or how long ago; 7 days by default', time)
    .option('--to <time>', 'likewise; 15 minutes ago by default', time)
    .option('--records', 'also ask Elasticsearch for every record')
    .option('--json', 'as JSON')
    .addHelpText('after', teaching)
    .action(async (flags: ProveFlags) => {
      process.exitCode = (await prove(flags)) ? 0 : 1;
    });
}

async function prove(flags: ProveFlags): Promise<boolean> {
  const policy = await loadCollectedPolicy(flags);
  const { stateFolder } = policy.process;
  const now = Date.now();
  const window = listedWindow({ from: flags.from ?? now - reachMs, to: flags.to ?? now - settleMs }, now);
  const ledger = await openLedgerToRead({
    folder: stateFolder,
    clock: systemClock,
    log: openCommandLog('warn'),
  });
  using signals = listenForInterruption();
  const proving = { ledger, stateFolder, window, records: flags.records ?? false, signal: signals.stop };
  const proofs: TenantProof[] = [];
  for (const stream of chooseStreams(policy, flags.tenant)) {
    const proof = await proveTenant(stream, proving);
    if (proofs.length > 0 && !flags.json) say('');
    proofs.push(proof);
    if (!flags.json) printProof(nameTenant(stream), proof, window);
  }
  await ledger.close();
  const complete = proofs.every(isProved);
  if (flags.json) say(JSON.stringify({ complete, window: isoWindow(window), tenants: proofs }, undefined, 2));
  else say(complete ? paint('green', '\nComplete.') : paint('red', '\nNot complete.'));
  return complete;
}

function isoWindow({ from, to }: { readonly from: number; readonly to: number }) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
