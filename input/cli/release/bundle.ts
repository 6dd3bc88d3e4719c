// Puts the program and the packages that it uses into one file, with esbuild: without the commands that need the
// repository, and with its own files in place of those on the disk.

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { ownPath } from '../../../pipelines/own-files.ts';
import type { EmbeddedFiles } from './compiled-files.ts';

export interface Bundle {
  readonly text: string;
  /** The files of which something is in it, by their path in the repository. */
  readonly inputs: readonly string[];
}

const folder = 'input/cli/release/bundled';

/** The program for the executable, which takes CommonJS only. Its own files are apart from it. */
export function bundleForExecutable(): Promise<Bundle> {
  return bundle('start-executable.ts', 'executable-files.ts', { format: 'cjs' });
}

/** The program for a Node that is there already, its own files included. */
export function bundleAsModule(files: EmbeddedFiles): Promise<Bundle> {
  return bundle('start-module.ts', 'module-files.ts', {
    format: 'esm',
    define: { packedFiles: JSON.stringify(pack(files)) },
    banner: { js: `#!/usr/bin/env node\n${commonJs}` },
  });
}

/** Packages in CommonJS find in a module what they would find in a file of their own. */
const commonJs = [
  "import{createRequire as createRequireOfBundle}from'node:module'",
  'const require=createRequireOfBundle(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join(';');

async function bundle(start: string, files: string, options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile, warnings } = await build({
    ...options,
    absWorkingDir: ownPath('.'),
    entryPoints: [`${folder}/${start}`],
    outfile: 'bundle.js',
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    // Names stay as they are, for the stack traces that people send.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [replaceModules(files), leaveOut],
    logLevel: 'error',
  });
  const [warning] = warnings;
  if (warning !== undefined) throw new Error(`${warning.location?.file ?? 'the bundle'}: ${warning.text}`);
  const text = escapeLetters(outputFiles[0]?.text ?? '');
  return { text, inputs: [...inputsOf(metafile), ...packagesAsData] };
}

/**
 * Escapes what is left of letters outside of ASCII, in regular expressions: a single one of them, and V8 keeps the whole
 * text at twice its size.
 */
function escapeLetters(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function inputsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : []))
    .toSorted();
}

function pack(files: EmbeddedFiles): string {
  const entries = [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]);
  return gzipSync(JSON.stringify(Object.fromEntries(entries)), { level: 9 }).toString('base64');
}

/** Packages that are in it as data only. */
const packagesAsData = ['node_modules/@elastic/ecs/package.json'];

const replaceModules = (files: string): Plugin => ({
  name: 'replace-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\/own-files\.ts$/ }, () => ({ path: join(ownPath(folder), files) }));
    onResolve({ filter: /^@elastic\/ecs$/ }, () => ({ path: join(ownPath(folder), 'ecs.ts') }));
  },
});

/**
 * What a collector's machine has no use for: the commands that need the repository, and what the client of Elasticsearch
 * reads columns of ES|QL with, which nothing here asks for.
 */
const leftOut =
  /\/(?:commands\/(?:start|emulate|package|preview)|build-package|build-collector)\.ts$|^apache-arrow\b/;

const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: leftOut }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};
