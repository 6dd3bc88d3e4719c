// `m365 prove`: what Microsoft lists now against what was delivered.

import { Command, Option } from 'commander';
import { systemClock } from '../../clock.ts';
import { openLedgerToRead } from '../../delivery/sqlite-ledger.ts';
import type { StreamPolicy } from '../../settings/policy.ts';
import { reachMs } from '../../sources/management-activity/windows.ts';
import { chooseStreams, nameTenant } from '../choose-streams.ts';
import { openCommandLog } from '../command-log.ts';
import { listenForInterruption } from '../interruption.ts';
import { paint, say } from '../paper.ts';
import { addPolicyOptions, loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { printProof, printStores } from '../print-proof.ts';
import { isStored, proveStore, type Store, type StoreProof } from '../prove-store.ts';
import { isProved, proveTenant, type TenantProof } from '../prove-tenant.ts';
import { listedWindow, readTime } from '../read-time.ts';

const teaching = `
Asks Microsoft for everything it lists in a window (by the time the content
was made) and looks in the ledger what became of each content blob:
  done      every record was delivered, a duplicate, or kept as a dead letter
  pending   known, and not yet fetched to its end
  lost      expired or unreadable, with the reason
  missing   listed by Microsoft, and unknown to the ledger
Then it counts what was collected since in each output: not fewer documents
than the ledger calls delivered. A record that waits as a dead letter is not
delivered, nor is one whose dead letter was removed.
It may be used while m365 run is running, and changes nothing.

Examples:
  m365 prove --policy my.yml                       the last seven days
  m365 prove --policy my.yml --from 24h            since this time yesterday
  m365 prove --policy my.yml --tenant Contoso --from 2026-11-19 --to 2026-11-20
  m365 prove --policy my.yml --from 24h --records  also fetch the content again
                       and ask Elasticsearch for every single record: it must
                       be there, and once
  m365 prove --policy my.yml --ledger-only         leave the outputs out, where
                       documents were moved on or the key may not read them

The last line says what was compared; only that is meant by complete.
Exit codes: 0 nothing of it is missing, 1 something is, is there twice, or
could not be compared (it says what), 2 usage.`;

interface ProveFlags extends PolicyFlags {
  readonly tenant?: string;
  readonly from?: number;
  readonly to?: number;
  readonly records?: boolean;
  readonly ledgerOnly?: boolean;
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
    .addOption(new Option('--ledger-only', 'compare with the ledger alone').conflicts('records'))
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
  const proofs: StreamProof[] = [];
  for (const stream of chooseStreams(policy, flags.tenant)) {
    const proof = await proveTenant(stream, proving);
    if (proofs.length > 0 && !flags.json) say('');
    proofs.push({ stream, proof });
    if (!flags.json) printProof(nameTenant(stream), proof, window);
  }
  await ledger.close();
  const compared = comparedBy(flags);
  const stores = compared === 'ledger and number' ? await proveStores(proofs, window.from, signals.stop) : [];
  const complete = proofs.every(({ proof }) => isProved(proof)) && stores.every(isStored);
  if (flags.json) {
    const tenants = proofs.map(({ proof }) => proof);
    say(JSON.stringify({ complete, compared, window: isoWindow(window), tenants, stores }, undefined, 2));
  } else {
    if (stores.length > 0) say('');
    printStores(stores);
    say(complete ? paint('green', `\n${verdicts[compared]}`) : paint('red', '\nNot complete.'));
  }
  return complete;
}

/** What the delivered records are compared with. */
type Compared = 'ledger' | 'ledger and number' | 'ledger and records';

function comparedBy({ records, ledgerOnly }: ProveFlags): Compared {
  if (records) return 'ledger and records';
  return ledgerOnly ? 'ledger' : 'ledger and number';
}

const verdicts: Readonly<Record<Compared, string>> = {
  ledger: 'Complete by the ledger alone: the outputs were not looked at.',
  'ledger and number':
    'Complete by the ledger, and the outputs hold no fewer documents;\nwhether each record is there, and once, only --records tells.',
  'ledger and records': 'Complete. Compared with the ledger, and record by record with Elasticsearch.',
};

interface StreamProof {
  readonly stream: StreamPolicy;
  readonly proof: TenantProof;
}

/** Each data stream once, whichever tenants share it. */
async function proveStores(
  proofs: readonly StreamProof[],
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly StoreProof[]> {
  const stores = new Map<string, Store>();
  for (const { stream, proof } of proofs) {
    const { output, mapping } = stream;
    const dataStream = `logs-o365.audit-${mapping.namespace}`;
    const key = `${output.name} ${dataStream}`;
    const before = stores.get(key) ?? { delivered: 0, duplicate: 0 };
    const delivered = before.delivered + sumOf(proof, 'delivered');
    const duplicate = before.duplicate + sumOf(proof, 'duplicate');
    stores.set(key, { output, dataStream, delivered, duplicate });
  }
  return Promise.all([...stores.values()].map((store) => proveStore(store, sinceMs, signal)));
}

function sumOf({ contentTypes }: TenantProof, what: 'delivered' | 'duplicate'): number {
  return contentTypes.reduce((sum, proof) => sum + ('unlisted' in proof ? 0 : proof.records[what]), 0);
}

function isoWindow({ from, to }: { readonly from: number; readonly to: number }) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
