// The command `m365 state`: it shows the ledger of a state folder, exports it, imports it and rebuilds it.

import { Command } from 'commander';
import { rememberedDays } from '../../runtime/open-state.ts';
import { addPolicyOptions, chooseStateFolder, type PolicyFlags } from '../policy-flag.ts';
import { exportState, importState } from '../state/move-state.ts';
import { rebuildState } from '../state/rebuild-state.ts';
import { showState } from '../state/show-state.ts';

const teaching = (days: number) => `
The ledger remembers what was listed, what became of it, and the Ids of the
records of the last ${days} days, and of as many more as a log type that was
collected can be had for. Without it nothing is lost: the next run collects
again all that is to be had, and recognises in Elasticsearch what is there
already, by event.id and organization.id too where another collector stored it.

Examples:
  m365 state show --policy my.yml          what is open, done and lost
  m365 state export ledger.ndjson --policy my.yml
  m365 state import ledger.ndjson --policy my.yml
  m365 state rebuild --policy my.yml       after a loss: read the Ids back

show and export may be used while m365 run is running; import and rebuild not.
An export holds no secrets and no records, but tells when people were active.

Exit codes: 0 done, 1 there is no sound ledger or it is in use, 2 usage.`;

const withFolder = (command: Command) =>
  command
    .option('-p, --policy <file>', 'the policy whose ledger it is')
    .option('--state <folder>', "the state folder, instead of the policy's");

export function stateCommand(): Command {
  const state = new Command('state')
    .description('Shows, exports, imports or rebuilds the ledger.')
    .addHelpText('after', () => teaching(rememberedDays()));
  withFolder(state.command('show').description('Print what is open, done and lost, by content type.'))
    .option('--json', 'as JSON')
    .action(async (flags: PolicyFlags & { json?: boolean }) =>
      showState(await chooseStateFolder(flags), flags.json ?? false),
    );
  withFolder(state.command('export <file>').description('Write the ledger to a file, also while m365 runs.'))
    .addHelpText(
      'after',
      '\nThe file must not exist. It is readable by its owner only.\n\nExample:\n  m365 state export ledger.ndjson --policy my.yml',
    )
    .action(async (file: string, flags: PolicyFlags) => exportState(await chooseStateFolder(flags), file));
  withFolder(state.command('import <file>').description('Add an exported ledger to the one that is there.'))
    .addHelpText(
      'after',
      '\nOf two entries about the same thing, the one that is there stays. What was\ndelivered after the export is recognised in Elasticsearch: the first run asks.\nOf an export that was cut or changed, what can be read is taken over; the\ncommand then ends with 1, and the next run collects again all there is.\n\nExample:\n  m365 state import ledger.ndjson --policy my.yml',
    )
    .action(async (file: string, flags: PolicyFlags) => importState(await chooseStateFolder(flags), file));
  addPolicyOptions(state.command('rebuild'))
    .description('Read back from the outputs the Ids of what may be served again.')
    .addHelpText(
      'after',
      '\nNeeded only for speed: without it the first run asks Elasticsearch for each\nrecord.\n\nExample:\n  m365 state rebuild --policy my.yml',
    )
    .action((flags: PolicyFlags) => rebuildState(flags));
  return state;
}
