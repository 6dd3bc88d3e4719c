// `m365 state`: the ledger of a state folder, for people and for moving house.

import { Command } from 'commander';
import { exportState, importState } from '../move-state.ts';
import { rebuildState } from '../rebuild-state.ts';
import { showState } from '../show-state.ts';
import { chooseStateFolder, type StateFlags } from '../state-folder.ts';

const teaching = `
The ledger remembers what Microsoft listed, what became of it, and the Ids of
the records of the last eight days. Without it nothing is lost: the next run
lists seven days again and recognises in Elasticsearch what is there already.

Examples:
  m365 state show --policy my.yml          what is open, done and lost
  m365 state export ledger.db --policy my.yml
  m365 state import ledger.db --policy my.yml
  m365 state rebuild --policy my.yml       after a loss: read the Ids back

show and export may be used while m365 run is running; import and rebuild not.
An export holds no secrets and no records, but tells when people were active.`;

const withFolder = (command: Command) =>
  command
    .option('-p, --policy <file>', 'the policy whose ledger it is')
    .option('--state <folder>', 'the state folder, instead of that of the policy');

export function stateCommand(): Command {
  const state = new Command('state')
    .description('Shows, exports, imports or rebuilds the ledger.')
    .addHelpText('after', teaching);
  withFolder(state.command('show').description('print what is open, done and lost, for each content type'))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit codes: 0 shown, 1 there is no sound ledger, 2 usage.')
    .action(async (flags: StateFlags & { json?: boolean }) =>
      showState(await chooseStateFolder(flags), flags.json ?? false),
    );
  withFolder(
    state.command('export <file>').description('copy the ledger into one file, also while m365 runs'),
  )
    .addHelpText('after', '\nThe file must not exist. It is readable by its owner only.')
    .action(async (file: string, flags: StateFlags) => exportState(await chooseStateFolder(flags), file));
  withFolder(state.command('import <file>').description('put an exported ledger into the state folder'))
    .option('--force', 'set a ledger that is there aside')
    .addHelpText(
      'after',
      '\nWhat was delivered after the export is recognised in Elasticsearch; the first run\nasks for it there.',
    )
    .action(async (file: string, flags: StateFlags & { force?: boolean }) =>
      importState(await chooseStateFolder(flags), file, flags.force ?? false),
    );
  state
    .command('rebuild')
    .description('read the Ids of the last eight days back from the outputs of a policy')
    .requiredOption('-p, --policy <file>', 'the policy')
    .option('--state <folder>', 'the state folder, instead of that of the policy')
    .addHelpText(
      'after',
      '\nNeeded only for speed: without it the first run asks Elasticsearch for every record.',
    )
    .action((flags: { policy: string; state?: string }) => rebuildState(flags));
  return state;
}
