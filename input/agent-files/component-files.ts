// The two files that make an Elastic Agent run this program, put into the folder of one of its versions, looked for there,
// and taken away again.

import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { isMissing, readTail } from '../files/file-change.ts';
import type { AgentVersion } from './agent-versions.ts';
import { addToFlavors, flavorsWithout, removeFromFlavors } from './flavors.ts';
import { refusedBy } from './refused.ts';
import { placeFile, placeText, removeAbandoned } from './replace-file.ts';

export interface ComponentFiles {
  /** The file of the executable. */
  readonly executable: string;
  /** The text of the spec. */
  readonly spec: string;
  /** See FileToPlace. */
  readonly tryOut?: (copy: string) => void;
}

export interface PlacedFiles {
  /** The names of the files that are there now and were not before. */
  readonly placed: readonly string[];
  /** The flavors that list it now and did not before. */
  readonly listed: readonly string[];
}

export interface PlaceOptions {
  /** What is there stays, whatever is in it. */
  readonly keep: boolean;
  readonly now: number;
  /** A manifest that changed within this time may still be written by somebody else, and is left alone. */
  readonly settledMs?: number;
}

const componentName = 'm365';
const specFile = `${componentName}.spec.yml`;
const executableFile = process.platform === 'win32' ? `${componentName}.exe` : componentName;

/** Its owner has to be able to run it, and nobody else may write to it, or the agent does not start it. */
const executableMode = 0o755;
const specMode = 0o644;

/** The agent that is told its flavor at this very moment may delete what was not listed when it looked. */
const mostTries = 3;

/**
 * Makes the files of a version the ones that are given. The executable is there before the spec is, since an agent does not
 * start with a spec alone; and both are listed before they are there, since what is not may be deleted.
 */
export async function placeComponent(
  version: AgentVersion,
  files: ComponentFiles,
  { keep, now, settledMs }: PlaceOptions,
): Promise<PlacedFiles> {
  await removeAbandoned(version.components, now);
  const listed = new Set<string>();
  const placed = new Set<string>();
  for (let tries = 0; tries < mostTries; tries += 1) {
    // A manifest that cannot be read yet must not keep the files away, without which the agent cannot run them.
    const listing = await list(version, settledMs === undefined ? Infinity : now - settledMs).catch(
      (error: unknown) => ({ error }),
    );
    const missing = await placeMissing(version, files, keep);
    if ('error' in listing) throw listing.error;
    for (const flavor of listing) listed.add(flavor);
    for (const name of missing) placed.add(name);
    if (missing.length === 0) return { placed: [...placed], listed: [...listed] };
  }
  throw new OperatorError({
    code: 'agent-files-vanish',
    message: `${version.components} does not keep ${[...placed].join(' and ')}: somebody deletes what is put there.`,
    advice: 'Where the agent is being upgraded or installed, wait for the end of that, and run this again.',
    retry: { kind: 'later' },
  });
}

async function list(version: AgentVersion, settledBefore: number): Promise<readonly string[]> {
  const lists: string[] = [];
  for (const file of version.manifests)
    lists.push(...(await addToFlavors(file, componentName, settledBefore)));
  return lists;
}

async function placeMissing(version: AgentVersion, files: ComponentFiles, keep: boolean): Promise<string[]> {
  const { executable, spec, tryOut } = files;
  const placed: string[] = [];
  const to = join(version.components, executableFile);
  if (!(await isRunnable(to)) || !(keep || (await isSameContent(executable, to)))) {
    await placeFile({ from: executable, to, mode: executableMode, ...(tryOut && { tryOut }) });
    placed.push(executableFile);
  }
  const specTo = join(version.components, specFile);
  const before = await readSpec(specTo);
  if (before === undefined || !(keep || before === spec)) {
    await placeText(specTo, spec, specMode);
    placed.push(specFile);
  }
  return placed;
}

/** Returns what is not as it has to be in the folder of a version, in words; nothing where all of it is. */
export async function findMissing(version: AgentVersion): Promise<string[]> {
  if (!version.hasComponents) return [];
  const missing: string[] = [];
  if (!(await isRunnable(join(version.components, executableFile)))) missing.push(executableFile);
  if ((await readSpec(join(version.components, specFile))) === undefined) missing.push(specFile);
  for (const file of version.manifests) {
    const flavors = await flavorsWithout(file, componentName);
    if (flavors.length > 0) missing.push(`its place in the flavors ${flavors.join(', ')} of ${file}`);
  }
  return missing;
}

/** True where anything of it is there, so that somebody meant this agent to run it. */
export async function hasComponent({ components }: AgentVersion): Promise<boolean> {
  const found = await Promise.all([executableFile, specFile].map((name) => statFile(join(components, name))));
  return found.some((each) => each !== undefined);
}

/** True where the folder has no spec any more, which no upgrade of an agent does to a version that runs. */
export async function isTakenAway(components: string): Promise<boolean> {
  return (await statFile(join(components, specFile))) === undefined;
}

/** Takes the spec away first, for the same reason. Returns what was removed. */
export async function removeComponent(version: AgentVersion, now: number): Promise<string[]> {
  const removed: string[] = [];
  if (version.hasComponents) await removeAbandoned(version.components, now);
  for (const name of [specFile, executableFile]) {
    const path = join(version.components, name);
    if ((await statFile(path)) === undefined) continue;
    await rm(path).catch((error: unknown) => {
      throw refusedBy(path, 'removed', error);
    });
    removed.push(name);
  }
  for (const file of version.manifests)
    if ((await removeFromFlavors(file, componentName)).length > 0) removed.push(`its place in ${file}`);
  return removed;
}

/** A link is no file of this folder: the agent changes the modes of what links lead to. */
async function isRunnable(path: string): Promise<boolean> {
  const found = await statFile(path);
  if (!found?.isFile()) return false;
  return process.platform === 'win32' || ((found.mode & 0o100) !== 0 && (found.mode & 0o022) === 0);
}

async function readSpec(path: string): Promise<string | undefined> {
  if (!(await statFile(path))?.isFile()) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw refusedBy(path, 'read', error);
  }
}

async function statFile(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusedBy(path, 'looked at', error);
  }
}

const pieceBytes = 1 << 20;

/** An executable has a hundred megabytes: it is compared in pieces, so that nothing else has to wait. */
async function isSameContent(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([statFile(one), statFile(other)]);
  const size = left?.size ?? 0;
  if (size !== right?.size) return false;
  for (let at = 0; at < size; at += pieceBytes) {
    const end = Math.min(at + pieceBytes, size);
    const [first, second] = await Promise.all([readTail(one, at, end), readTail(other, at, end)]);
    if (!first || !second?.equals(first)) return false;
  }
  return true;
}
