// The command `m365 package`: it writes the integration packages for Kibana, each as a folder and as a zip.

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { collectorPackage, datasetPackages } from '../../../pipelines/datasets.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import type { Package } from '../package/assemble-package.ts';
import { buildPackage } from '../package/build-package.ts';
import { buildCollectorPackage } from '../package/collector/build-collector.ts';
import { type PackageName, packageNames } from '../package/ready-package.ts';
import { type WrittenPackage, writePackage } from '../package/write-package.ts';
import { printText } from '../terminal/terminal.ts';

const teaching = `
What it does:
  Builds the integration packages from manifest.yml, changelog.yml, fields/,
  pipelines/, dashboards/ and the declared settings, one for each owner that the
  data streams could have: ${datasetPackages.join(', ')}.
  The folder is the source form, which Elastic's own tools lint, build and test;
  the zip is the built form, which Kibana takes. The same repository gives the
  same bytes. Beside them are the dashboards alone, to be imported in Kibana
  (Stack Management → Saved Objects) where m365 setup makes the data streams.
  With --collector it builds "m365_collector" instead, for a cluster where
  Elastic's o365 is installed and stays: it collects for that package, which
  goes on mapping, and reports completeness.

Examples:
  m365 package                        folders, zips and the dashboards
  m365 package --to /tmp/packages     somewhere else
  m365 package --package m365_entra   one of them
  m365 package --collector            for a cluster with Elastic's o365
  m365 install --kibana https://kibana.example:5601     build them and upload`;

const buildFolder = join(import.meta.dirname, '..', '..', '..', 'build');

export function packageCommand(): Command {
  return new Command('package')
    .summary('build the integration packages for Kibana')
    .description('Builds the integration packages that Kibana installs.')
    .addOption(
      new Option('--to <folder>', 'where to put them').default(buildFolder, 'build/ beside manifest.yml'),
    )
    .addOption(
      new Option('--package <name...>', 'these packages; all of them without it').choices([...packageNames]),
    )
    .option('--collector', 'the package that collects for Elastic’s o365')
    .addHelpText('after', teaching)
    .action(({ to, collector, package: chosen }: PackageFlags) => {
      const names: readonly PackageName[] = collector ? [collectorPackage] : (chosen ?? datasetPackages);
      for (const name of names) {
        const { folder, zip, dashboards } = write(buildNamed(name), to);
        printText(folder);
        printText(zip);
        if (dashboards !== undefined) printText(dashboards);
      }
    });
}

interface PackageFlags {
  readonly to: string;
  readonly collector?: boolean;
  readonly package?: readonly PackageName[];
}

function buildNamed(name: PackageName): Package {
  return name === collectorPackage ? buildCollectorPackage() : buildPackage(undefined, name);
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
