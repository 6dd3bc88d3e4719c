// The command `m365 prove`: it compares what Microsoft lists now with what was delivered.

import { Command, Option } from 'commander';
import { dataStreamOf } from '../../../pipelines/dataset.ts';
import { systemClock } from '../../contract/clock.ts';
import type { WorkView } from '../../contract/state.ts';
import { isoTime, minuteMs } from '../../contract/time.ts';
import { openStateToRead } from '../../runtime/open-state.ts';
import type { StreamPolicy } from '../../settings/policy/policy.ts';
import { withReadingKeys } from '../../settings/policy/reading-key.ts';
import type { ReachedWindow } from '../../sources/source-kind.ts';
import { chooseStreams, nameTenant } from '../choose-streams.ts';
import { describeDoubt } from '../describe-doubt.ts';
import { addPolicyOptions, loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { printProof, printStores } from '../prove/print-proof.ts';
import { countSettled, isStored, proveStore, type Store, type StoreProof } from '../prove/prove-store.ts';
import { isProved, proveTenant, type TenantProof } from '../prove/prove-tenant.ts';
import { listedWindow, readTime } from '../read-time.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { listenForInterruption } from '../terminal/interruption.ts';
import { paint, printText } from '../terminal/terminal.ts';

const teaching = `
Asks each source for everything it lists in a window (by the time the content
was made) and looks in the ledger what became of each item, such as a content
blob of the Management Activity API:
  done      every record was delivered, a duplicate, or kept as a dead letter
  pending   known, and not yet fetched to its end
  lost      expired or unreadable, with the reason
  missing   listed, and unknown to the ledger
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
                       documents were moved on or nothing may read them

Where the key of the output may not read, as under Fleet, it takes another:
read_api_key of the output, or of a stream.

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
const settleMs = 15 * minuteMs;

export function proveCommand(): Command {
  const time = (text: string) => readTime(text);
  return addPolicyOptions(new Command('prove'))
    .description('Compares what there is to collect with what was delivered.')
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
  const policy = withReadingKeys(await loadCollectedPolicy(flags));
  const { stateFolder } = policy.process;
  const now = Date.now();
  const streams = chooseStreams(policy, flags.tenant);
  const windowOf = ({ source }: StreamPolicy) =>
    listedWindow({ from: flags.from ?? now - source.reachMs, to: flags.to ?? now - settleMs }, source, now);
  const window = widest(streams.map(windowOf));
  const state = await openStateToRead({
    folder: stateFolder,
    clock: systemClock,
    log: openCommandLog('warn'),
  });
  using signals = listenForInterruption();
  const ledger = state.work;
  const proving = {
    ledger,
    checkpoints: state.checkpoints,
    stateFolder,
    records: flags.records ?? false,
    signal: signals.stop,
  };
  const proofs: StreamProof[] = [];
  for (const stream of streams) {
    const own = windowOf(stream);
    const proof = await proveTenant(stream, { ...proving, window: own });
    if (proofs.length > 0 && !flags.json) printText('');
    proofs.push({ stream, proof });
    if (!flags.json) printProof(nameTenant(stream), proof, own);
  }
  const compared = comparedBy(flags);
  const delivered = { ledger, streams: policy.streams, sinceMs: window.from };
  const stores = compared === 'ledger and number' ? await proveStores(proofs, delivered, signals.stop) : [];
  const doubts = (await state.delivery.doubtfulDocuments()).filter(({ dataStream }) =>
    streams.some(({ mapping }) => dataStreamOf(mapping) === dataStream),
  );
  await state.close();
  const complete = proofs.every(({ proof }) => isProved(proof)) && stores.every(isStored);
  if (flags.json) {
    const tenants = proofs.map(({ proof }) => proof);
    printText(
      JSON.stringify(
        { complete, compared, window: isoWindow(window), tenants, stores, doubts },
        undefined,
        2,
      ),
    );
  } else {
    if (stores.length > 0) printText('');
    printStores(stores);
    for (const doubt of doubts) printText(describeDoubt(doubt));
    printText(complete ? paint('green', `\n${verdicts[compared]}`) : paint('red', '\nNot complete.'));
  }
  return complete;
}

/** Sources reach back differently far. */
function widest(windows: readonly ReachedWindow[]): ReachedWindow {
  return {
    from: Math.min(...windows.map(({ from }) => from)),
    to: Math.max(...windows.map(({ to }) => to)),
  };
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

/**
 * Each data stream that was asked for once, with all that the ledger says went there since: its documents are counted
 * whichever tenant they belong to, and also those of what was made a moment ago.
 */
async function proveStores(
  proofs: readonly StreamProof[],
  { ledger, streams, sinceMs }: DeliveredRecords,
  signal: AbortSignal,
): Promise<readonly StoreProof[]> {
  const stores = new Map<string, Store>();
  for (const { stream } of proofs)
    stores.set(storeOf(stream), { ...placeOf(stream), delivered: 0, duplicate: 0 });
  const resolved = new Map(proofs.map(({ stream, proof }) => [stream, proof.tenantId]));
  for (const stream of streams) {
    const store = stores.get(storeOf(stream));
    if (!store) continue;
    const { kind, feeds, tenantId } = stream.source;
    const tenant = resolved.get(stream) ?? tenantId;
    const own = feeds.map((name) => ({ tenant, source: kind, name }));
    const { delivered, duplicate } = await countSettled(ledger, own, sinceMs);
    stores.set(storeOf(stream), {
      ...store,
      delivered: store.delivered + delivered,
      duplicate: store.duplicate + duplicate,
    });
  }
  return Promise.all([...stores.values()].map((store) => proveStore(store, sinceMs, signal)));
}

interface DeliveredRecords {
  readonly ledger: Pick<WorkView, 'between'>;
  /** All of the policy. */
  readonly streams: readonly StreamPolicy[];
  readonly sinceMs: number;
}

function placeOf({ output, mapping }: StreamPolicy): Pick<Store, 'output' | 'dataStream'> {
  return { output, dataStream: dataStreamOf(mapping) };
}

function storeOf(stream: StreamPolicy): string {
  const { output, dataStream } = placeOf(stream);
  return `${output.name} ${dataStream}`;
}

function isoWindow({ from, to }: { readonly from: number; readonly to: number }) {
  return { from: isoTime(from), to: isoTime(to) };
}
