// What keeps one of our packages out of a Kibana: another package that owns its data streams, one of the same name in the
// registry, or, for the collector's, nobody who would map its records. Each with the way out.

import { collectorPackage, datasetsOf, elasticPackageOf, mainDataset } from '../../../pipelines/datasets.ts';
import { collectionDataset } from '../../settings/policy/read-completeness.ts';
import { rawDataset } from '../package/collector/raw-dataset.ts';
import type { PackageName } from '../package/ready-package.ts';
import { mapsDataStreams, type Ownership } from './owners.ts';

export interface Obstacle {
  readonly message: string;
  readonly advice: string;
}

/** As Kibana shows them. */
export const packageTitles: Readonly<Record<PackageName, string>> = {
  m365: 'Microsoft 365: complete audit logs',
  m365_entra: 'Microsoft 365: complete Entra logs',
  m365_security: 'Microsoft 365: complete Defender alerts and incidents',
  m365_mailflow: 'Microsoft 365: complete message trace',
  m365_collector: "Microsoft 365: complete collection for Elastic's package",
};

const patternOf = (dataset: string): string => `logs-${dataset}-*`;

/** The data streams that a package has to own. */
export function dataStreamsOf(name: PackageName): readonly string[] {
  if (name === collectorPackage) return [collectionDataset, rawDataset].map(patternOf);
  return [...datasetsOf(name), ...(name === 'm365' ? [collectionDataset] : [])].map(patternOf);
}

/** Undefined where Kibana can take the package. */
export function findObstacle(name: PackageName, ownership: Ownership): Obstacle | undefined {
  const { inRegistry, owners } = ownership;
  const [owner] = owners;
  if (owner)
    return {
      message: `the package "${owner.name}" ${owner.version} is installed and owns ${owner.dataStreams.join(', ')}, which ${name} would have.`,
      advice: `Either remove it (Integrations → Installed → ${owner.name} → Settings → Uninstall; its documents stay) and run this again, ${otherwise(name)}`,
    };
  if (inRegistry !== undefined)
    return {
      message: `the registry of this Kibana has a package of the same name, ${name} (${inRegistry}).`,
      advice:
        'Serve this package from a registry of your own (xpack.fleet.registryUrl), or run `m365 setup`, then `m365 install --dashboards-only`.',
    };
  if (name === collectorPackage && !hasOwner(ownership))
    return {
      message: `no installed package owns ${patternOf(mainDataset)}, for which ${name} collects.`,
      advice:
        'Install Elastic’s package Microsoft Office 365 first, or run `m365 install` without --collector, which needs no other package.',
    };
  return undefined;
}

function otherwise(name: PackageName): string {
  if (name === collectorPackage) return 'or collect with that one: only one of the two can be there.';
  if (name === 'm365')
    return 'or keep it and run `m365 install --collector`, which collects for it (documents: raw).';
  const elastics = [...new Set(datasetsOf(name).flatMap((dataset) => elasticPackageOf(dataset) ?? []))];
  return `or keep it and collect by a policy file with "documents: raw" in its streams, which delivers what ${elastics.join(', ')} maps.`;
}

const hasOwner = ({ all }: Ownership): boolean =>
  all.some((each) => mapsDataStreams(each, [patternOf(mainDataset)]));
