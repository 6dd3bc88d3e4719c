// `m365 replay`: delivers again what was refused, lost or doubted.

import { Command, Option } from 'commander';
import { contentTypes } from '../../sources/management-activity/options.ts';
import { addPolicyOptions } from '../policy-flag.ts';
import { readTime } from '../read-time.ts';
import { type ContentFlags, replayContent, replayWindow, type WindowFlags } from '../replay-content.ts';
import { type LetterFlags, replayLetters } from '../replay-letters.ts';

const teaching = `
  dead-letters   records that the output refused, or that were too large; mend
                 the cause first (a mapping, a setting), then replay them
  content        one content blob, by the id that m365 prove shows
  window         everything that Microsoft still lists in a window: after an
                 index was deleted, say

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
    .addOption(new Option('--type <content type>', 'one content type').choices(contentTypes))
    .option('--again', 'also write to a file what it has already');

export function replayCommand(): Command {
  const replay = new Command('replay')
    .description('Delivers dead letters, a content blob or a window again.')
    .addHelpText('after', teaching);
  addPolicyOptions(replay.command('dead-letters').description('deliver what the output had refused'))
    .option('--dry-run', 'only say what there is')
    .action(async (flags: LetterFlags) => setExitCode(await replayLetters(flags)));
  withContent(replay.command('content <id>').description('fetch and deliver one content blob again')).action(
    async (id: string, flags: ContentFlags) => setExitCode(await replayContent(id, flags)),
  );
  withContent(replay.command('window').description('fetch and deliver a window of content again'))
    .option('--from <time>', 'date, time (UTC) or how long ago (required)', (text) => readTime(text))
    .option('--to <time>', 'likewise; now by default', (text) => readTime(text))
    .action(async (flags: WindowFlags) => setExitCode(await replayWindow(flags)));
  return replay;
}

function setExitCode(complete: boolean): void {
  process.exitCode = complete ? 0 : 1;
}
