// Makes one executable of a bundle: a copy of the Node that runs this, with the program in it, its files, its flags and
// the compiled form of its code (Node's single executable application).

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags } from '../launcher/start-anew.js';
import type { EmbeddedFiles } from './compiled-files.ts';

/** The mark in Node's own binary by which it knows that it holds a program. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Writes the executable to `file`. */
export function writeExecutable(program: string, files: EmbeddedFiles, file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'm365-build-'));
  try {
    writeParts(folder, program, files);
    compile(folder);
    copyFileSync(process.execPath, file);
    chmodSync(file, 0o755);
    if (process.platform === 'darwin') runTool('codesign', ['--remove-signature', file], folder);
    inject(join(folder, 'blob'), file, folder);
    if (process.platform === 'darwin') runTool('codesign', ['--sign', '-', file], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Paths are relative, as they become part of the executable. */
function writeParts(folder: string, program: string, files: EmbeddedFiles): void {
  const assets = Object.fromEntries([...files.keys()].map((path) => [path, join('assets', path)]));
  for (const [path, bytes] of files) {
    const part = join(folder, 'assets', path);
    mkdirSync(dirname(part), { recursive: true });
    writeFileSync(part, bytes);
  }
  writeFileSync(join(folder, 'm365.js'), program);
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      main: 'm365.js',
      output: 'blob',
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      execArgv: flags,
      // NODE_OPTIONS goes on counting, for proxies, authorities and tracing.
      execArgvExtension: 'env',
      assets,
    }),
  );
}

/**
 * V8 takes compiled code only where the flags are those with which it was compiled. The seed is no such flag: with it, the
 * hashes of names, and so the bytes, are the same each time.
 */
function compile(folder: string): void {
  runTool(
    process.execPath,
    [...flags, '--random-seed=1', '--experimental-sea-config', 'config.json'],
    folder,
  );
}

function inject(blob: string, file: string, folder: string): void {
  const tool = join(dirname(fileURLToPath(import.meta.resolve('postject'))), 'cli.js');
  const segment = process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : [];
  runTool(process.execPath, [tool, file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse, ...segment], folder);
}

/** What a tool prints is shown only where it fails. */
function runTool(tool: string, words: readonly string[], folder: string): void {
  const { status, stdout, stderr, error } = spawnSync(tool, words, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${tool} ${words.join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}
