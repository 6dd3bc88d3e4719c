// Finds the Elastic Agents of this machine, and the folder of each of their versions. What an agent runs beside itself lies
// in the folder of its version, under `components`.

import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { isMissing } from '../files/file-change.ts';
import { refusedBy } from './refused.ts';

export interface AgentVersion {
  /** The folder's own name, `elastic-agent-9.1.0-1a2b3c`; in a container it has no version. */
  readonly name: string;
  readonly folder: string;
  readonly components: string;
  /** False while the version is still being unpacked, and for what is left of one that was removed. */
  readonly hasComponents: boolean;
  /** The files that may name the components to keep: that of the version, and of an archive that is not installed. */
  readonly manifests: readonly string[];
}

/** From an archive, from a DEB or RPM package, in a container. */
const usualHomes: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/opt/Elastic/Agent', '/var/lib/elastic-agent', '/usr/share/elastic-agent'],
  darwin: ['/Library/Elastic/Agent'],
  win32: ['C:\\Program Files\\Elastic\\Agent'],
};

/** Returns the homes of the agents that are there, each once. Throws where one cannot be looked into. */
export async function findAgentHomes(platform: NodeJS.Platform = process.platform): Promise<string[]> {
  const found = new Map<string, string>();
  for (const home of usualHomes[platform] ?? []) {
    const versions = await listAgentVersions(home);
    if (versions.length > 0) found.set(await realpath(home), home);
  }
  return [...found.values()];
}

/** Throws an OperatorError where there is no agent. `home` is the one that was named, if any. */
export async function requireAgentHomes(home: string | undefined): Promise<readonly string[]> {
  const homes = home === undefined ? await findAgentHomes() : [home];
  const versions = (await Promise.all(homes.map(listAgentVersions))).flat();
  if (versions.length > 0) return homes;
  const looked = home === undefined ? (usualHomes[process.platform] ?? []).join(', ') : home;
  throw new OperatorError({
    code: 'agent-missing',
    message: `There is no Elastic Agent: no folder data/elastic-agent-… in ${looked}.`,
    advice: 'Install Elastic Agent first, or name the folder that holds its "data": --agent-home FOLDER.',
    retry: { kind: 'never' },
  });
}

/** Lists the versions of one agent, none where there is no agent. */
export async function listAgentVersions(home: string): Promise<AgentVersion[]> {
  const data = join(home, 'data');
  const names = (await readNames(data)).filter((name) => name.startsWith('elastic-agent-')).toSorted();
  const versions = await Promise.all(names.map((name) => describeVersion(home, name)));
  return versions.filter((version) => version !== undefined);
}

async function describeVersion(home: string, name: string): Promise<AgentVersion | undefined> {
  const folder = join(home, 'data', name);
  // What a link leads to is no version of this agent, and may belong to somebody else.
  if (!(await isOwnFolder(folder))) return undefined;
  const components = join(folder, 'components');
  return {
    name,
    folder,
    components,
    hasComponents: await isOwnFolder(components),
    manifests: [join(folder, 'manifest.yaml'), join(home, 'manifest.yaml')],
  };
}

async function isOwnFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw refusedBy(path, 'looked into', error);
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw refusedBy(folder, 'looked into', error);
  }
}
