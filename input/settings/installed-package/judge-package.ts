// Judges whether the package that Fleet made an input from fits this program: an older one lacks fields or pipelines that
// today's documents need. A policy written by hand names no package.

import { collectorPackage } from '../../../pipelines/datasets.ts';
import { findEntry, type MapNode, type PolicyNode } from '../../options/settings-tree.ts';
import { comparePackageVersions } from './compare-versions.ts';
import { neededVersions, packageVersion } from './versions.generated.ts';

/** The versions that a package is judged by; by default those of this program. */
export interface PackageVersions {
  readonly own: string;
  /** The oldest that fits, by the name of the package. */
  readonly needed: Readonly<Record<string, string>>;
}

const ownVersions: PackageVersions = { own: packageVersion, needed: neededVersions };

export interface JudgedPackage {
  readonly is: 'too old' | 'newer';
  readonly message: string;
  /** What to do; empty where nothing has to be done. */
  readonly advice: string;
}

/** Undefined where it fits, and where no package of ours is named. */
export function judgePackage(
  input: MapNode,
  name: string,
  { own, needed }: PackageVersions = ownVersions,
): JudgedPackage | undefined {
  const meta = mapAt(mapAt(input, 'meta'), 'package');
  const [installed, found] = [textAt(meta, 'name'), textAt(meta, 'version')];
  const oldest = installed === undefined ? undefined : needed[installed];
  if (installed === undefined || found === undefined || oldest === undefined) return undefined;
  if (comparePackageVersions(found, oldest) < 0)
    return { is: 'too old', ...describeOld({ name, installed, found, oldest, own }) };
  if (comparePackageVersions(found, own) <= 0) return undefined;
  const message = `The integration policy ${name} is of the package ${installed} ${found}, and this program is ${own}: it goes on; what is new in that version begins with a newer program.`;
  return { is: 'newer', message, advice: '' };
}

interface OldPackage {
  readonly name: string;
  readonly installed: string;
  readonly found: string;
  readonly oldest: string;
  readonly own: string;
}

function describeOld({ name, installed, found, oldest, own }: OldPackage) {
  const flag = installed === collectorPackage ? ' --collector' : ` --package ${installed}`;
  return {
    message: `The integration policy ${name} is of the package ${installed} ${found}, and the documents of this program need ${oldest} or later: until then searches and rules miss fields, or documents are refused.`,
    advice: `Run \`m365 install${flag} --kibana URL\` with this program, or upload ${installed}-${own}.zip in Kibana (Integrations → Create new integration → Upload it as a .zip); then upgrade the integration policy.`,
  };
}

function mapAt(node: PolicyNode | undefined, key: string): MapNode | undefined {
  const value = node?.kind === 'map' ? findEntry(node, key)?.value : undefined;
  return value?.kind === 'map' ? value : undefined;
}

function textAt(map: MapNode | undefined, key: string): string | undefined {
  const value = map && findEntry(map, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}
