// The components that an agent's package calls its own, in `manifest.yaml`. An agent that is installed, or told its flavor
// after a package was updated, deletes what no flavor lists.

import { readFile, stat } from 'node:fs/promises';
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { OperatorError } from '../contract/errors.ts';
import { isMissing, statPath } from '../files/file-change.ts';
import { refusedBy } from './refused.ts';
import { replaceFile } from './replace-file.ts';

interface AgentManifest {
  readonly document: Document;
  readonly flavors: readonly { readonly name: string; readonly components: YAMLSeq }[];
}

/**
 * Lists the component in every flavor of the file, and returns the flavors that it was missing from. A file that was changed
 * after `settledBefore`, in milliseconds since the epoch, is left alone.
 */
export async function addToFlavors(
  file: string,
  component: string,
  settledBefore: number,
): Promise<readonly string[]> {
  const { ctimeMs = 0 } = (await stat(file).catch(() => undefined)) ?? {};
  if (ctimeMs > settledBefore) return [];
  return change(file, component, false, (components) => components.add(component));
}

export function removeFromFlavors(file: string, component: string): Promise<readonly string[]> {
  return change(file, component, true, (components) => {
    components.items = components.items.filter((item) => nameOf(item) !== component);
  });
}

/** Returns the flavors of the file that do not list the component; none where it has no flavors, or is not there. */
export async function flavorsWithout(file: string, component: string): Promise<readonly string[]> {
  const manifest = await readManifest(file);
  return differing(manifest, component, false).map(({ name }) => name);
}

async function change(
  file: string,
  component: string,
  isListed: boolean,
  apply: (components: YAMLSeq) => void,
): Promise<readonly string[]> {
  const before = await statPath(file);
  const manifest = await readManifest(file);
  const changed = differing(manifest, component, isListed);
  if (!manifest || changed.length === 0) return [];
  for (const { components } of changed) apply(components);
  const after = await statPath(file);
  // What somebody writes to is not whole yet, and would be lost to them when another file takes its name.
  if (before?.ctimeNs !== after?.ctimeNs || before?.size !== after?.size)
    throw unreadable(file, new Error('it is being written'));
  await replaceFile(file, manifest.document.toString({ lineWidth: 0 }));
  return changed.map(({ name }) => name);
}

function differing(manifest: AgentManifest | undefined, component: string, isListed: boolean) {
  const lists = ({ components }: AgentManifest['flavors'][number]) =>
    components.items.some((item) => nameOf(item) === component);
  return (manifest?.flavors ?? []).filter((flavor) => lists(flavor) === isListed);
}

const nameOf = (item: unknown): unknown => (isScalar(item) ? item.value : item);

async function readManifest(file: string): Promise<AgentManifest | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw unreadable(file, error);
  const flavors = document.getIn(['package', 'flavors']);
  if (!isMap(flavors)) return { document, flavors: [] };
  return {
    document,
    flavors: flavors.items.flatMap(({ key, value }) =>
      isSeq(value) ? [{ name: String(nameOf(key)), components: value }] : [],
    ),
  };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusedBy(file, 'read', error);
  }
}

function unreadable(file: string, cause: Error): OperatorError {
  return new OperatorError({
    code: 'agent-manifest',
    message: `${file} cannot be understood: ${cause.message.split('\n', 1)[0]}`,
    advice: 'It is the agent’s own file: while an upgrade unpacks it, wait; else install the agent again.',
    retry: { kind: 'later' },
    cause,
  });
}
