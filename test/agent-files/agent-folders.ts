// The folders of an Elastic Agent, and a double of what the agent and its packages do to them: start with what is there,
// unpack a new version, install from an archive, and delete what no flavor lists.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';

export const specText = 'version: 2\ninputs:\n  - name: m365\n';

export interface VersionOptions {
  /** What its manifest says; a manifest without flavors where absent. */
  readonly flavors?: Readonly<Record<string, readonly string[]>>;
}

/** The home of an agent without any version. */
export function makeHome(): string {
  const home = join(mkdtempSync(join(tmpdir(), 'm365-agent-')), 'Agent');
  mkdirSync(join(home, 'data'), { recursive: true });
  chmodSync(dirname(home), 0o755);
  return home;
}

/** The text of a manifest, as packages have it. */
export function manifestText(name: string, { flavors }: VersionOptions = {}): string {
  const text = stringify({
    version: 'co.elastic.agent/v1',
    kind: 'PackageManifest',
    package: { version: '9.1.0', 'versioned-home': `data/${name}`, ...(flavors && { flavors }) },
  });
  return `# Made when the package was built\n${text}`;
}

/** Makes the folder of a version with a component of its own, and returns it. */
export function addVersion(home: string, name: string, options: VersionOptions = {}): string {
  const folder = join(home, 'data', name);
  mkdirSync(join(folder, 'components'), { recursive: true });
  addComponent(folder, 'agentbeat');
  writeFileSync(join(folder, 'manifest.yaml'), manifestText(name, options));
  return folder;
}

export function addComponent(folder: string, name: string): void {
  writeFileSync(join(folder, 'components', name), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, 'components', `${name}.spec.yml`), 'version: 2\n');
}

/** The components that the agent of this version starts with. It throws where it would not start at all. */
export function startAgent(folder: string): string[] {
  const components = join(folder, 'components');
  const specs = readdirSync(components).filter((name) => name.endsWith('.spec.yml'));
  return specs.map((spec) => {
    const name = spec.slice(0, -'.spec.yml'.length);
    const executable = lstatSync(join(components, name));
    if (!executable.isFile()) throw new Error(`${name} is no file`);
    if (!(executable.mode & 0o100) || executable.mode & 0o022)
      throw new Error(`${name} has the mode ${(executable.mode & 0o777).toString(8)}`);
    if (parse(readFileSync(join(components, spec), 'utf8'))?.version !== 2)
      throw new Error(`${spec} is torn`);
    return name;
  });
}

function kept(folder: string, flavor: string): Set<string> | undefined {
  const lists: unknown = parse(readFileSync(join(folder, 'manifest.yaml'), 'utf8')).package.flavors;
  if (typeof lists !== 'object' || lists === null) return undefined;
  const listed: unknown = new Map(Object.entries(lists)).get(flavor);
  if (!Array.isArray(listed)) throw new Error(`there is no flavor ${flavor}`);
  const components = join(folder, 'components');
  // A listed component without a spec counts as one that is not there.
  const whole = listed.map(String).filter((name) => existsSync(join(components, `${name}.spec.yml`)));
  return new Set(whole.flatMap((name) => [name, `${name}.spec.yml`, `${name}.yml`]));
}

/** What `elastic-agent apply-flavor` deletes from the folder of a version. */
export function applyFlavor(folder: string, flavor: string): void {
  const names = kept(folder, flavor);
  const components = join(folder, 'components');
  if (names) for (const name of readdirSync(components)) if (!names.has(name)) rmSync(join(components, name));
}

/** What `elastic-agent install` copies from an unpacked archive to the home; it keeps only what the flavor lists. */
export function installArchive(archive: string, home: string, name: string): string {
  const from = join(archive, 'data', name);
  writeFileSync(join(from, 'manifest.yaml'), readFileSync(join(archive, 'manifest.yaml')));
  const names = kept(from, 'basic');
  const folder = join(home, 'data', name);
  mkdirSync(join(folder, 'components'), { recursive: true });
  copyFileSync(join(from, 'manifest.yaml'), join(folder, 'manifest.yaml'));
  for (const file of readdirSync(join(from, 'components')))
    if (!names || names.has(file))
      copyFileSync(join(from, 'components', file), join(folder, 'components', file));
  return folder;
}
