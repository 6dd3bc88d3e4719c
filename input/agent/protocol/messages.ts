// The messages of the control protocol as the rest of this folder knows them, read from and written to what the decoder
// makes of the wire. Numbers of 64 bits stay text: they are only ever compared and sent back.

import type { AgentIdentity } from '../../contract/agent-identity.ts';
import { readStruct, writeStruct } from './struct.ts';

export interface StartUp {
  readonly address: string;
  /** The name in the server's certificate, and the one by which the agent knows its component. */
  readonly serverName: string;
  readonly token: string;
  /** PEM. */
  readonly authority: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Whether the agent can send a large check-in in pieces. */
  readonly canChunk: boolean;
  readonly agent: AgentIdentity | undefined;
}

export type UnitKind = 'input' | 'output';

export type UnitPhase =
  | 'STARTING'
  | 'CONFIGURING'
  | 'HEALTHY'
  | 'DEGRADED'
  | 'FAILED'
  | 'STOPPING'
  | 'STOPPED';

export type AgentLogLevel = 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

export interface ExpectedUnit {
  readonly id: string;
  readonly kind: UnitKind;
  /** False where it is to stop. */
  readonly isWanted: boolean;
  readonly configIndex: string;
  /** Sent only while the index that was reported last is another one. */
  readonly config: UnitConfig | undefined;
  readonly logLevel: AgentLogLevel;
}

export interface UnitConfig {
  readonly name: string;
  /** The part of the policy that the unit is made of. */
  readonly source: Record<string, unknown>;
}

export interface Expected {
  readonly units: readonly ExpectedUnit[];
  readonly agent: AgentIdentity | undefined;
  readonly featuresIndex: string;
  readonly componentIndex: string;
  /** The same for all pieces of one check-in; undefined where it comes whole. */
  readonly piecesOf: string | undefined;
}

export interface ObservedUnit {
  readonly id: string;
  readonly kind: UnitKind;
  readonly configIndex: string;
  readonly phase: UnitPhase;
  readonly message: string;
  readonly payload?: object | undefined;
}

export interface ObservedStates {
  readonly token: string;
  readonly version: string;
  readonly commit: string;
  readonly pid: number;
  readonly canChunk: boolean;
  readonly featuresIndex: string;
  readonly componentIndex: string;
  readonly units: readonly ObservedUnit[];
}

export interface ActionRequest {
  readonly id: string;
  readonly name: string;
  readonly params: string;
  readonly unitId: string;
  readonly unitKind: UnitKind;
  readonly isDiagnostics: boolean;
  readonly isAboutUnit: boolean;
}

export interface ActionAnswer {
  readonly succeeded: boolean;
  readonly result?: object;
  readonly files?: readonly DiagnosticFile[];
}

export interface DiagnosticFile {
  readonly name: string;
  readonly fileName: string;
  readonly description: string;
  readonly contentType: string;
  readonly content: string;
}

export function readStartUp(message: object): StartUp {
  return {
    address: textOf(message, 'addr'),
    serverName: textOf(message, 'server_name'),
    token: textOf(message, 'token'),
    authority: bytesOf(message, 'ca_cert'),
    certificate: bytesOf(message, 'peer_cert'),
    key: bytesOf(message, 'peer_key'),
    canChunk: listOf(message, 'supports').includes('CHECKIN_CHUNKING'),
    agent: readAgent(partOf(message, 'agent_info')),
  };
}

export function readExpected(message: object): Expected {
  const timestamp = partOf(message, 'units_timestamp');
  return {
    units: listOf(message, 'units').flatMap((unit) => (isMessage(unit) ? [readUnit(unit)] : [])),
    agent: readAgent(partOf(message, 'agent_info')),
    featuresIndex: textOf(message, 'features_idx'),
    componentIndex: textOf(message, 'component_idx'),
    piecesOf: timestamp && `${textOf(timestamp, 'seconds')}.${String(Reflect.get(timestamp, 'nanos'))}`,
  };
}

function readUnit(message: object): ExpectedUnit {
  const config = partOf(message, 'config');
  return {
    id: textOf(message, 'id'),
    kind: kindOf(message, 'type'),
    isWanted: textOf(message, 'state') !== 'STOPPED',
    configIndex: textOf(message, 'config_state_idx'),
    config: config && { name: textOf(config, 'name'), source: readStruct(partOf(config, 'source')) },
    logLevel: logLevels.find((level) => level === textOf(message, 'log_level')) ?? 'INFO',
  };
}

const logLevels: readonly AgentLogLevel[] = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'];

function readAgent(message: object | undefined): AgentIdentity | undefined {
  if (!message) return undefined;
  return {
    id: textOf(message, 'id'),
    version: textOf(message, 'version'),
    isSnapshot: Reflect.get(message, 'snapshot') === true,
    mode: textOf(message, 'mode') === 'STANDALONE' ? 'standalone' : 'managed',
    isUnprivileged: Reflect.get(message, 'unprivileged') === true,
  };
}

export function writeObserved(observed: ObservedStates): object {
  const { token, version, commit, pid, canChunk, featuresIndex, componentIndex, units } = observed;
  return {
    token,
    version_info: { name: 'm365', meta: { version, commit }, build_hash: commit },
    pid,
    supports: canChunk ? ['CHECKIN_CHUNKING'] : [],
    features_idx: featuresIndex,
    component_idx: componentIndex,
    units: units.map(({ id, kind, configIndex, phase, message, payload }) => ({
      id,
      type: kind.toUpperCase(),
      config_state_idx: configIndex,
      state: phase,
      message,
      ...(payload && { payload: writeStruct(payload) }),
    })),
  };
}

export function readActionRequest(message: object): ActionRequest {
  return {
    id: textOf(message, 'id'),
    name: textOf(message, 'name'),
    params: bytesOf(message, 'params').toString('utf8'),
    unitId: textOf(message, 'unit_id'),
    unitKind: kindOf(message, 'unit_type'),
    isDiagnostics: textOf(message, 'type') === 'DIAGNOSTICS',
    isAboutUnit: textOf(message, 'level') === 'UNIT',
  };
}

export function writeActionAnswer(
  token: string,
  id: string,
  { succeeded, result = {}, files = [] }: ActionAnswer,
  now: number,
): object {
  const generated = { seconds: Math.floor(now / 1000), nanos: 0 };
  return {
    token,
    id,
    status: succeeded ? 'SUCCESS' : 'FAILURE',
    result: Buffer.from(JSON.stringify(result)),
    diagnostic: files.map(({ name, fileName, description, contentType, content }) => ({
      name,
      filename: fileName,
      description,
      content_type: contentType,
      content: Buffer.from(content),
      generated,
    })),
  };
}

function kindOf(message: object, field: string): UnitKind {
  return textOf(message, field) === 'OUTPUT' ? 'output' : 'input';
}

function textOf(message: object, field: string): string {
  const value: unknown = Reflect.get(message, field);
  return typeof value === 'string' ? value : '';
}

function bytesOf(message: object, field: string): Buffer {
  const value: unknown = Reflect.get(message, field);
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function listOf(message: object, field: string): readonly unknown[] {
  const value: unknown = Reflect.get(message, field);
  return Array.isArray(value) ? value : [];
}

function partOf(message: object, field: string): object | undefined {
  const value: unknown = Reflect.get(message, field);
  return isMessage(value) ? value : undefined;
}

function isMessage(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
