// Whose the data streams are: a package installed in Kibana, a template that somebody wrote, or nobody's. What another
// owns is named with the way out, and left alone.

import { overlap } from '../outputs/elasticsearch/template/patterns.ts';
import {
  type Found,
  findWinner,
  isOurs,
  packageOf,
  patternsOf,
  priorityOf,
} from '../outputs/elasticsearch/template/template-owner.ts';
import type { Asset } from './assets.ts';
import type { DataStream } from './cluster-state.ts';

export interface Conflict {
  readonly code: 'package' | 'template' | 'asset' | 'live' | 'newer';
  readonly message: string;
  readonly advice: string;
}

/** The templates of others that our index template would take data streams from, or lose them to. */
export function findOwners(template: Asset, existing: readonly Found[]): readonly Conflict[] {
  return existing
    .filter(({ body }) => !isOurs(body))
    .filter((other) => sharesNames(template, other))
    .flatMap((other) => describeOwner(template, other));
}

function sharesNames(ours: Pick<Asset, 'body'>, other: Found): boolean {
  return patternsOf(ours).some((mine) => patternsOf(other).some((theirs) => overlap(mine, theirs)));
}

function describeOwner(ours: Asset, other: Found): Conflict[] {
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

function ownedByPackage(template: string, packageName: string): Conflict {
  const what = `The integration package "${packageName}" is installed in Kibana and owns the index template ${template}`;
  if (packageName === 'm365')
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

/** Data streams made before our template, by whatever mapping was there. */
export function findStrangers(
  dataStreams: readonly DataStream[],
  templates: readonly Found[],
): Conflict | undefined {
  const followed = dataStreams.map(({ name }) => ({ name, template: findWinner(name, templates) }));
  const strange = followed.filter(({ template }) => !template || !isOurs(template.body));
  if (strange.length === 0) return undefined;
  const names = strange
    .map(({ name, template }) => `${name} (${template?.name ?? 'no template'})`)
    .join(', ');
  return {
    code: 'live',
    message: `There are data streams already that another template made: ${names}.`,
    advice:
      'With --take-over their documents stay, setup puts its templates in place and rolls them over, so that what comes next is mapped by ours.',
  };
}

export function describeForeignAsset(title: string, other: Found): Conflict {
  const packageName = packageOf(other.body);
  return {
    code: 'asset',
    message: `There is an ${title} already, and it is not ours${packageName === undefined ? '' : ` but of the package "${packageName}"`}.`,
    advice: 'Delete or rename it, then run this again.',
  };
}

export function describeNewer(title: string, theirs: string, ours: string): Conflict {
  return {
    code: 'newer',
    message: `The ${title} was put there by m365 ${theirs}, which is newer than this ${ours}.`,
    advice: `Run setup with m365 ${theirs} or later.`,
  };
}
