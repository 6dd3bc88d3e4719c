// `npm run record-type -- NAME`: the one command in the loop of whoever writes a record-type file. It begins a file that
// is not there yet, then generates, accepts the documents of the sample events, tests them and says what changed.

import { parseArgs } from 'node:util';
import { mainDataset } from '../../pipelines/datasets.ts';
import { readDefinitions } from '../../pipelines/language/index.ts';
import { DefinitionError } from '../../pipelines/language/problem.ts';
import { compareDocuments, readDocuments } from './changes.ts';
import { choose, type FileChoice, UsageError } from './choose.ts';
import { describeProposals } from './propose.ts';
import { readRecords } from './records.ts';
import { listUnwritten, scaffold } from './scaffold.ts';
import { accept, generate, runTests } from './steps.ts';

const help = `Usage: npm run record-type -- NAME [--from FILE] [--file NAME]

Begins a record-type file and an example event, or takes the ones that are
there; then generates, accepts the documents of the example events, tests them
and prints which of their fields changed. Run it after each edit.

  NAME         a record type, by Microsoft's name or its number, or the name of
               a file in pipelines/audit/record-types
  --from FILE  raw records to propose properties and example events from: lines,
               JSON, a content blob or an export of an audit search (- reads
               standard input)
  --file NAME  how a new file is called, such as forms

docs/adding-a-record-type.md goes through it step by step;
docs/mapping-language.md says what may stand in a file.

Exit codes: 0 done, 1 the file or a test is wrong, 2 usage.`;

const personalData =
  'The example events hold what the records held: put made-up names, addresses and\nids in their place before you commit them.';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values, positionals } = readArguments();
    if (values.help) {
      console.log(help);
      return 0;
    }
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw new UsageError('Say one record type: npm run record-type -- NAME (--help says more)');
    return await carryOut(name, values.from, values.file);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof DefinitionError)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        file: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n--help says what there is.`);
  }
}

async function carryOut(
  name: string,
  from: string | undefined,
  fileName: string | undefined,
): Promise<number> {
  const definitions = readDefinitions(mainDataset);
  const choice = choose(name, fileName, definitions);
  const records = from === undefined ? undefined : await readRecords(from, choice.numbers, definitions);
  if (choice.isNew) for (const path of scaffold(choice, records, definitions)) console.log(`new: ${path}`);
  else if (records !== undefined) console.log(describeProposals(records, definitions));
  if (records !== undefined && choice.isNew) console.log(personalData);
  return finish(choice);
}

function finish(choice: FileChoice): number {
  const before = readDocuments();
  if (!generate() || !accept()) return 1;
  console.log(compareDocuments(before, readDocuments(), choice.events));
  const passed = runTests(choice);
  for (const line of listUnwritten(choice.file)) console.log(`still to be said: ${line}`);
  return passed ? 0 : 1;
}
