// Finds the owners of our data streams in a Kibana before anything is uploaded: a package that is installed, or one of
// the same name in its registry.

import { isObject } from '../../../pipelines/json/unknown.ts';
import { patternsOverlap } from '../../outputs/elasticsearch/template/index-patterns.ts';
import { askKibana, type KibanaConnection } from './connection.ts';

interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Index patterns such as `logs-o365.audit-*`. */
  readonly dataStreams: readonly string[];
}

export interface Ownership {
  /** The installed version of our package. */
  readonly installed: string | undefined;
  /** A package of our name that somebody else publishes. */
  readonly inRegistry: string | undefined;
  /** Another package that maps one of our data streams. */
  readonly owners: readonly InstalledPackage[];
  /** All that are installed. */
  readonly all: readonly InstalledPackage[];
}

export async function findOwnership(
  connection: KibanaConnection,
  name: string,
  dataStreams: readonly string[],
): Promise<Ownership> {
  const { status, body } = await askKibana(connection, {
    path: `/api/fleet/epm/packages/${name}`,
    expected: [404],
  });
  const item = status !== 404 && isObject(body.item) ? body.item : {};
  const installation = isObject(item.installationInfo) ? item.installationInfo : {};
  const installed = item.status === 'installed' ? text(installation.version ?? item.version) : undefined;
  const uploaded = installation.install_source === 'upload';
  const all = await listInstalled(connection);
  return {
    installed,
    inRegistry: status === 404 || (installed !== undefined && uploaded) ? undefined : text(item.version),
    owners: all.filter((each) => each.name !== name && sharesDataStreams(each, dataStreams)),
    all,
  };
}

async function listInstalled(connection: KibanaConnection): Promise<InstalledPackage[]> {
  const path = '/api/fleet/epm/packages/installed?perPage=1000';
  const { body } = await askKibana(connection, { path });
  const items = Array.isArray(body.items) ? body.items.filter(isObject) : [];
  return items.map(({ name, version, dataStreams }) => ({
    name: text(name) ?? '',
    version: text(version) ?? '',
    dataStreams: Array.isArray(dataStreams)
      ? dataStreams.filter(isObject).flatMap((each) => text(each.name) ?? [])
      : [],
  }));
}

/** True where its template takes documents of one of these. */
export function mapsDataStreams({ dataStreams }: InstalledPackage, ours: readonly string[]): boolean {
  return dataStreams.some((theirs) => ours.some((name) => patternsOverlap(theirs, name)));
}

function sharesDataStreams({ dataStreams }: InstalledPackage, ours: readonly string[]): boolean {
  return dataStreams.some((theirs) =>
    ours.some((name) => patternsOverlap(theirs, name) || isPartOf(theirs, name) || isPartOf(name, theirs)),
  );
}

/** Kibana takes `logs-o365.audit.more` for a part of what the owner of `logs-o365.audit` has. */
function isPartOf(pattern: string, whole: string): boolean {
  return pattern.startsWith(`${whole.replace(/-\*$/, '')}.`);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
