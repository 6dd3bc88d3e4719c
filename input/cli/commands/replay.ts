// The command `m365 replay`: it delivers again what was refused, lost or doubted.

import { Command, Option } from 'commander';
import { sourceKinds } from '../../sources/index.ts';
import { addPolicyOptions } from '../policy-flag.ts';
import { readTime } from '../read-time.ts';
import { type ItemFlags, replayItem, replayWindow, type WindowFlags } from '../replay/replay-items.ts';
import { type LetterFlags, replayLetters } from '../replay/replay-letters.ts';

const teaching = `
Mend the cause of dead letters first (a mapping, a setting), then replay them.
A window is what to replay after an index was deleted, say; it reaches as far
back as its source, seven days for the Management Activity API.

Elasticsearch is asked which documents it has, so nothing is doubled. A file
gets only what the ledger does not know as delivered, unless told --again.
End m365 run before: a replay needs the state folder for itself.

Examples:
  m365 replay dead-letters --policy my.yml --dry-run
  m365 replay dead-letters --policy my.yml
  m365 replay content '20261121080504$…$audit_general$…' --policy my.yml
  m365 replay window --from 48h --to 24h --policy my.yml --type Audit.Exchange

Exit codes: 0 everything was delivered, 1 something was not, 2 usage.`;

const withContent = (command: Command) =>
  addPolicyOptions(command)
    .option('--tenant <name>', 'one tenant: its id, its name or its stream')
    .addOption(typeOption())
    .option('--again', 'also write to a file what it has already');

/** Where each kind of source says beforehand what there can be, a slip is said at once. */
function typeOption(): Option {
  const option = new Option('--type <content type>', 'one content type');
  const names = sourceKinds().map(({ feedNames }) => feedNames);
  return names.includes(undefined) ? option : option.choices(names.flatMap((each) => each ?? []));
}

export function replayCommand(): Command {
  const replay = new Command('replay')
    .description('Delivers dead letters, an item or a window again.')
    .addHelpText('after', teaching);
  addPolicyOptions(
    replay
      .command('dead-letters')
      .description('Deliver the records that an output refused, or that were too large.'),
  )
    .option('--dry-run', 'only say what there is')
    .addHelpText(
      'after',
      '\nExamples:\n  m365 replay dead-letters --policy my.yml --dry-run\n  m365 replay dead-letters --policy my.yml',
    )
    .action(async (flags: LetterFlags) => setExitCode(await replayLetters(flags)));
  withContent(
    replay
      .command('content <id>')
      .description('Fetch and deliver one item again, such as a content blob, by the id that prove shows.'),
  )
    .addHelpText(
      'after',
      "\nContent that the ledger has forgotten needs --type.\n\nExample:\n  m365 replay content '20261121080504$…' --policy my.yml",
    )
    .action(async (id: string, flags: ItemFlags) => setExitCode(await replayItem(id, flags)));
  withContent(
    replay
      .command('window')
      .description('Fetch and deliver again everything that the sources have in a window.'),
  )
    .option('--from <time>', 'date, time (UTC) or how long ago (required)', (text) => readTime(text))
    .option('--to <time>', 'likewise; now by default', (text) => readTime(text))
    .addHelpText(
      'after',
      '\nExample:\n  m365 replay window --from 48h --to 24h --policy my.yml --type Audit.Exchange',
    )
    .action(async (flags: WindowFlags) => setExitCode(await replayWindow(flags)));
  return replay;
}

function setExitCode(complete: boolean): void {
  process.exitCode = complete ? 0 : 1;
}
