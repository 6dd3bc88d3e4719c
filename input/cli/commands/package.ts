// The command `m365 package`: it writes the integration package for Kibana, as a folder and as a zip.

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import type { Package } from '../package/assemble-package.ts';
import { buildPackage } from '../package/build-package.ts';
import { buildCollectorPackage } from '../package/collector/build-collector.ts';
import { type WrittenPackage, writePackage } from '../package/write-package.ts';
import { printText } from '../terminal/terminal.ts';

const teaching = `
What it does:
  Builds the integration package "m365" from manifest.yml, changelog.yml,
  fields/, pipelines/, dashboards/ and the declared settings. The folder is the
  source form, which Elastic's own tools lint, build and test; the zip is the
  built form, which Kibana takes. The same repository gives the same bytes.
  Beside them are the dashboards alone, to be imported in Kibana (Stack
  Management → Saved Objects) where the data streams come from m365 setup.
  With --collector it builds "m365_collector" instead, for a cluster where
  Elastic's o365 is installed and stays: it collects for that package, which
  goes on mapping, and reports completeness.

Examples:
  m365 package                        a folder, a zip and the dashboards
  m365 package --to /tmp/packages     somewhere else
  m365 package --collector            for a cluster with Elastic's o365
  m365 install --kibana https://kibana.example:5601     build it and upload it`;

const buildFolder = join(import.meta.dirname, '..', '..', '..', 'build');

export function packageCommand(): Command {
  return new Command('package')
    .summary('build the integration package for Kibana')
    .description('Builds the integration package that Kibana installs.')
    .addOption(
      new Option('--to <folder>', 'where to put it').default(buildFolder, 'build/ beside manifest.yml'),
    )
    .option('--collector', 'the package that collects for Elastic’s o365')
    .addHelpText('after', teaching)
    .action(({ to, collector }: { to: string; collector?: boolean }) => {
      const built = collector ? buildCollectorPackage() : buildPackage();
      const { folder, zip, dashboards } = write(built, to);
      printText(folder);
      printText(zip);
      printText(dashboards);
    });
}

function write(built: Package, to: string): WrittenPackage {
  try {
    return writePackage(built, to);
  } catch (cause) {
    throw new OperatorError({
      code: 'package-unwritable',
      message: `The package cannot be written to ${to}: ${describeFileFailure(cause)}.`,
      advice: 'Give another folder with --to.',
      retry: { kind: 'never' },
      cause,
    });
  }
}
