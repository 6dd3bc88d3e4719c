// Writes the release folder: the executable, the bundle for a Node that is there already, what goes with them, and the
// digests of it all. The same commit gives the same bytes.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnText } from '../../../pipelines/own-files.ts';
import { platformsOf, writeSpec } from '../../agent/spec/write-spec.ts';
import { malloc } from '../launcher/start-anew.js';
import { findSavedObjects, findZip, packageNames } from '../package/ready-package.ts';
import { askGit, readCommit, readVersion } from '../version.ts';
import { type ReleaseFacts, writeBillOfMaterials } from './bill-of-materials.ts';
import { bundleAsModule, bundleForExecutable } from './bundle.ts';
import { compileFiles } from './compiled-files.ts';
import { writeExecutable } from './executable.ts';
import { listPackages } from './packages.ts';
import { writeThirdParty } from './third-party.ts';

/** The name that the operating system expects of the executable. */
const executableName = process.platform === 'win32' ? 'm365.exe' : 'm365';

/** Replaces what is in the folder. */
export async function writeRelease(folder: string): Promise<void> {
  const facts = readFacts();
  const zips = new Map(
    await Promise.all(packageNames.map(async (name) => [name, await findZip(name)] as const)),
  );
  const files = compileFiles({ zips, savedObjects: await findSavedObjects() }, facts.commit);
  const program = await bundleForExecutable();
  const module = await bundleAsModule(files);
  const packages = listPackages([...program.inputs, ...module.inputs]);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array, mode = 0o644) =>
    writeFileSync(join(folder, name), content, { mode });
  write('m365.mjs', module.text, 0o755);
  write('m365.spec.yml', writeSpec(malloc, platformsOf(process.platform, process.arch)));
  write('sample-policy.yml', readOwnText('deploy/sample-policy.yml'));
  for (const [name, zip] of zips) write(`${name}-${facts.version}.zip`, zip);
  write('m365.cdx.json', writeBillOfMaterials(facts, packages));
  write('THIRD-PARTY.txt', writeThirdParty(packages));
  write('LICENSE.txt', readOwnText('LICENSE'));
  writeExecutable(program.text, files, join(folder, executableName));
  write('SHA256SUMS', writeDigests(folder));
}

/** The time is that of the commit, unless SOURCE_DATE_EPOCH says another, as reproducible builds have it. */
function readFacts(): ReleaseFacts {
  const commit = readCommit();
  const isChanged = askGit('status', '--porcelain', '--untracked-files=no') !== '';
  const time =
    process.env.SOURCE_DATE_EPOCH ?? (commit === 'unknown' ? '0' : askGit('log', '-1', '--format=%ct'));
  return {
    version: readVersion(),
    commit: isChanged ? `${commit} with changes` : commit,
    builtAt: Number(time),
  };
}

/** The form that `sha256sum --check` reads. */
function writeDigests(folder: string): string {
  return readdirSync(folder)
    .toSorted()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
}
