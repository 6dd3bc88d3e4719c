// Reads a policy file: a standalone Elastic Agent policy, as Kibana exports it or as written by hand. Problems are
// collected over all parts and thrown as one PolicyError; nothing is opened or connected here.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { PolicyError, type PolicyProblem } from '../../options/problems.ts';
import { readSettings, type Settings } from '../../options/settings.ts';
import {
  type EnvironmentVariables,
  findEntry,
  type MapNode,
  readSettingsTree,
} from '../../options/settings-tree.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { OutputType } from '../../outputs/output-types.ts';
import { logLevels, policyOptions, processOptions } from '../collector-options.ts';
import { policyKeys } from './fleet-keys.ts';
import type { CompletenessPolicy, OutdatedInput, Policy, ProcessOptions, StreamPolicy } from './policy.ts';
import { readInputs } from './read-inputs.ts';
import { OutputReader } from './read-outputs.ts';

export interface LoadOptions {
  /** The variables for `${NAME}`; the environment of the process by default. */
  readonly environment?: EnvironmentVariables | undefined;
  /** Sends every stream to this kind of output: the policy's own of that type, or one with default settings. */
  readonly output?: OutputType | undefined;
  /** Replaces `m365.state_folder`. */
  readonly stateFolder?: string | undefined;
  /** Collect what is there now, then end. */
  readonly once?: boolean | undefined;
  /** Lets the emulator's records into a namespace of real ones. */
  readonly force?: boolean | undefined;
}

/** Throws a PolicyError that lists everything that is wrong, or an OperatorError when the file cannot be read. */
export async function loadPolicy(file: string, options: LoadOptions = {}): Promise<Policy> {
  return parsePolicy(await readPolicyFile(file), file, options);
}

/** The same from text; `file` names it in messages. */
export function parsePolicy(text: string, file: string, options: LoadOptions = {}): Policy {
  const tree = readSettingsTree(text, file, options.environment ?? process.env);
  const { once = false, force = false } = options;
  const problems: PolicyProblem[] = [];
  const notes: string[] = [];
  const { options: known } = policyOptions;
  const nestedParts = new Set(known.map(({ name }) => name));
  readSettings(tree, { what: 'the policy', options: known, otherKeys: policyKeys, nestedParts }, problems);
  const shared = readProcessSettings(tree, problems);
  const outputs = new OutputReader(tree, options.output, problems, notes);
  const completeness: CompletenessPolicy[] = [];
  const outdated: OutdatedInput[] = [];
  const streams = readInputs(tree, { outputs, force, problems, notes, completeness, outdated });
  if (problems.length > 0 || !shared) throw new PolicyError(problems);
  if (streams.length === 0) throw nothingToCollect(file, notes);
  return {
    file,
    streams: streams.map(({ stream }) => stream),
    completeness,
    outdated,
    outputs: outputs.used.map(({ output }) => output),
    process: readProcess(shared, options.stateFolder ?? stateApart(shared, outputs, options.output, notes)),
    once,
    notes,
    readFrom: new Map<StreamPolicy | OutputPolicy, unknown>([
      ...streams.map(({ stream, readFrom }): [StreamPolicy, unknown] => [stream, readFrom]),
      ...outputs.used.map(({ output, readFrom }): [OutputPolicy, unknown] => [output, readFrom]),
    ]),
    effective: stringify({
      m365: shared.show(),
      outputs: Object.fromEntries(outputs.used.map(({ output, shown }) => [output.name, shown])),
      streams: streams.map(({ shown }) => shown),
    }),
  };
}

async function readPolicyFile(file: string): Promise<string> {
  return decode(await readBytes(file), file);
}

/** PowerShell writes UTF-16; misread as UTF-8, a secret with an umlaut would be another one. */
function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new PolicyError([{ place: `${file}:1:1`, message: 'it is not UTF-8 text; save it as UTF-8' }]);
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new OperatorError({
      code: 'policy-unreadable',
      message: `Cannot read the policy ${file}: ${describeFileFailure(cause)}.`,
      advice: 'Name a policy file that this user may read; deploy/sample-policy.yml is one to start from.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

function readProcessSettings(tree: MapNode, problems: PolicyProblem[]): Settings | undefined {
  const node = findEntry(tree, 'm365')?.value;
  const part: MapNode =
    node?.kind === 'map' ? node : { kind: 'map', place: node?.place ?? tree.place, entries: [] };
  return readSettings(
    part,
    { what: 'm365', options: processOptions.options, otherKeys: new Set() },
    problems,
  );
}

/** The options of a process that has no policy file to set them. */
export function usualProcess(stateFolder: string): ProcessOptions {
  const problems: PolicyProblem[] = [];
  const settings = readProcessSettings({ kind: 'map', place: 'the usual settings', entries: [] }, problems);
  if (!settings) throw new PolicyError(problems);
  return readProcess(settings, stateFolder);
}

/** Records that are looked at elsewhere do not count as delivered where the policy says. */
function stateApart(
  settings: Settings,
  outputs: OutputReader,
  output: OutputType | undefined,
  notes: string[],
): string | undefined {
  if (output === undefined || !outputs.deliversElsewhere) return undefined;
  const folder = join(settings.requireText('state_folder'), `output-${output}`);
  notes.push(`--output ${output} keeps a ledger of its own in ${folder}: the policy's output misses nothing`);
  return folder;
}

function readProcess(settings: Settings, stateFolder: string | undefined): ProcessOptions {
  return {
    stateFolder: resolve(stateFolder ?? settings.requireText('state_folder')),
    memoryBytes: settings.bytes('memory_budget'),
    logLevel: settings.choice('logging.level', logLevels),
    logRequests: settings.flag('logging.requests'),
    stopTimeoutMs: settings.durationMs('stop_timeout'),
    statusPort: settings.number('status.port'),
  };
}

function nothingToCollect(file: string, notes: readonly string[]): PolicyError {
  const aside = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  return new PolicyError([{ place: file, message: `no enabled input of type m365 with a stream${aside}` }]);
}
