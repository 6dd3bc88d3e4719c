// Finds the local documents to preview: in the folder that was named, that of a policy's file outputs, or that of the
// demonstration.

import { join, resolve } from 'node:path';
import { listDocumentFiles, statPath } from '../../local-documents/document-files.ts';
import { defaultFileFolder } from '../../outputs/file/options.ts';
import { loadCollectedPolicy, usage } from '../policy-flag.ts';

export interface LocalDocumentFlags {
  readonly data?: string;
  readonly policy?: string;
}

export const usualFolder = defaultFileFolder;

/** Throws an OperatorError where the policy writes no files, or the named folder does not exist. */
export async function chooseLocalPaths({ data, policy }: LocalDocumentFlags): Promise<readonly string[]> {
  if (data !== undefined) return [await chooseFolder(data)];
  if (policy === undefined) return [await chooseFolder(usualFolder)];
  const { outputs } = await loadCollectedPolicy({ policy });
  const paths = outputs.flatMap((output) => (output.type === 'file' ? [output.options.path] : []));
  if (paths.length > 0) return paths;
  throw usage(
    `${policy} writes no files: its documents go to ${outputs.map(({ type }) => type).join(' and ')}.`,
    'Look at them in Kibana, or with m365 preview --policy FILE.',
  );
}

/** The folder of a demonstration holds its documents one below. */
async function chooseFolder(path: string): Promise<string> {
  if ((await statPath(path)) === undefined)
    throw usage(
      `There is nothing at ${resolve(path)}.`,
      'm365 start writes documents to ./data/events; --data FOLDER or --policy FILE says where else they are.',
    );
  const below = join(path, 'events');
  const hasOwn = (await listDocumentFiles([path])).length > 0;
  return !hasOwn && (await statPath(below))?.isDirectory() ? below : path;
}
