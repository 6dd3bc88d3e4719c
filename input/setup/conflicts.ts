// Finds conflicts with other owners of the data streams: a package installed in Kibana, or a template that somebody wrote.
// Each is described with the way out, and left alone.

import { isOwnPackage } from '../../pipelines/datasets.ts';
import { patternsOverlap } from '../outputs/elasticsearch/template/index-patterns.ts';
import {
  findWinner,
  type InstalledAsset,
  isOurs,
  packageOf,
  patternsOf,
  priorityOf,
} from '../outputs/elasticsearch/template/template-owner.ts';
import type { SetupAsset } from './assets.ts';
import type { LiveDataStream } from './cluster-state.ts';

export interface SetupConflict {
  readonly code: 'package' | 'template' | 'asset' | 'live' | 'newer';
  readonly message: string;
  readonly advice: string;
}

/** Finds templates of others from which our index template would take data streams, or to which it would lose them. */
export function findForeignTemplates(
  template: SetupAsset,
  existing: readonly InstalledAsset[],
): readonly SetupConflict[] {
  return existing
    .filter(({ body }) => !isOurs(body))
    .filter((other) => sharesNames(template, other))
    .flatMap((other) => describeOwner(template, other));
}

function sharesNames(ours: Pick<SetupAsset, 'body'>, other: InstalledAsset): boolean {
  return patternsOf(ours).some((mine) => patternsOf(other).some((theirs) => patternsOverlap(mine, theirs)));
}

function describeOwner(ours: SetupAsset, other: InstalledAsset): SetupConflict[] {
  const packageName = packageOf(other.body);
  if (packageName !== undefined) return [ownedByPackage(other.name, packageName)];
  const blocks = other.name === ours.name || priorityOf(other.body) >= priorityOf(ours.body);
  if (!blocks) return [];
  return [
    {
      code: 'template',
      message: `The index template ${other.name} covers ${patternsOf(other).join(', ')} with priority ${priorityOf(other.body)}, and is not ours (priority ${priorityOf(ours.body)}).`,
      advice: `Delete it, narrow its patterns or lower its priority: DELETE _index_template/${other.name}`,
    },
  ];
}

function ownedByPackage(template: string, packageName: string): SetupConflict {
  const what = `The integration package "${packageName}" is installed in Kibana and owns the index template ${template}`;
  if (isOwnPackage(packageName))
    return {
      code: 'package',
      message: `${what}: it brings what setup would.`,
      advice: 'Nothing is left to do here; run `m365 check`.',
    };
  return {
    code: 'package',
    message: `${what}.`,
    advice: `Either remove it (Kibana → Integrations → Installed → ${packageName} → Settings → Uninstall; its documents stay) and run this again with --take-over, or leave it and set "documents: raw" in the stream, which delivers what that package maps.`,
  };
}

/** Finds data streams that were made before our template, by another mapping. */
export function findForeignDataStreams(
  dataStreams: readonly LiveDataStream[],
  templates: readonly InstalledAsset[],
): SetupConflict | undefined {
  const followed = dataStreams.map(({ name }) => ({ name, template: findWinner(name, templates) }));
  const foreign = followed.filter(({ template }) => !template || !isOurs(template.body));
  if (foreign.length === 0) return undefined;
  const names = foreign
    .map(({ name, template }) => `${name} (${template?.name ?? 'no template'})`)
    .join(', ');
  return {
    code: 'live',
    message: `There are data streams already that another template made: ${names}.`,
    advice:
      'With --take-over their documents stay, setup puts its templates in place and rolls them over, so that what comes next is mapped by ours.',
  };
}

export function describeForeignAsset(title: string, other: InstalledAsset): SetupConflict {
  const packageName = packageOf(other.body);
  return {
    code: 'asset',
    message: `There is an ${title} already, and it is not ours${packageName === undefined ? '' : ` but of the package "${packageName}"`}.`,
    advice: 'Delete or rename it, then run this again.',
  };
}

export function describeNewerAsset(title: string, theirs: string, ours: string): SetupConflict {
  return {
    code: 'newer',
    message: `The ${title} was put there by m365 ${theirs}, which is newer than this ${ours}.`,
    advice: `Run setup with m365 ${theirs} or later.`,
  };
}
