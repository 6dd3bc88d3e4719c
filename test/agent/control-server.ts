// The side of the control protocol that an Elastic Agent serves, for one component: who may connect, what is answered to a
// check-in, and what is made of the states in it.

import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { methods } from '../../input/agent/protocol/definition.ts';
import type { UnitPhase } from '../../input/agent/protocol/messages.ts';
import { readStruct } from '../../input/agent/protocol/struct.ts';
import { makeCertificate, type TestCertificate } from '../http/make-certificate.ts';
import { ExpectedUnits, type UnitSettings } from './expected-units.ts';

type Stream = ServerDuplexStream<object, object>;

export interface ObservedState {
  readonly phase: UnitPhase;
  readonly message: string;
  readonly index: string;
  readonly payload: Record<string, unknown>;
}

export interface ActionResult {
  readonly status: string;
  readonly result: unknown;
  readonly files: ReadonlyMap<string, Buffer>;
}

const firstCheckinMs = 5_000;
const actionMs = 20_000;

export class ControlServer {
  readonly serverName: string;
  readonly units = new ExpectedUnits();
  /** Every message that came, as it was decoded. */
  readonly received: object[] = [];
  /** How many messages went out. */
  sent = 0;
  token: string;
  /** Messages above this size go out in pieces to those who can join them. */
  pieceBytes = Number.POSITIVE_INFINITY;
  lastCheckinAt = 0;
  readonly #server: TestCertificate;
  readonly #client: TestCertificate;
  readonly #observed = new Map<string, ObservedState>();
  readonly #waiting = new Map<string, (result: ActionResult) => void>();
  readonly #onCheckin = new Set<() => void>();
  #listening: Server | undefined;
  #port = 0;
  #checkin: Stream | undefined;
  #actions: Stream | undefined;
  #canChunk = false;
  #actionCount = 0;
  #pieceCount = 0;

  constructor(componentId: string, token: string) {
    this.serverName = `${componentId.replaceAll(/[^\w-]/g, '-')}.component.test`;
    this.token = token;
    this.#server = makeCertificate({ hosts: [this.serverName] });
    this.#client = makeCertificate({ hosts: ['component'] });
  }

  /** The port stays the same when it listens again. */
  async listen(): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
    server.addService(
      { CheckinV2: methods.checkin, Actions: methods.actions },
      {
        CheckinV2: (stream: Stream) => this.#onCheckinStream(stream),
        Actions: (stream: Stream) => this.#onActionStream(stream),
      },
    );
    const { certificate, key } = this.#server;
    const trusted = Buffer.from(this.#client.certificate);
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
    const tls = ServerCredentials.createSsl(trusted, [pair], true);
    this.#port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${this.#port}`, tls, (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    this.#listening = server;
  }

  /** As an agent that was killed: connections break. */
  vanish(): void {
    this.#listening?.forceShutdown();
    this.#listening = undefined;
    this.#checkin = undefined;
    this.#actions = undefined;
  }

  /** The first message to the component; `port` where it is to go another way. */
  startUp({ canChunk = false, port = this.#port }: { canChunk?: boolean; port?: number } = {}): object {
    return {
      addr: `127.0.0.1:${port}`,
      server_name: this.serverName,
      token: this.token,
      ca_cert: Buffer.from(this.#server.certificate),
      peer_cert: Buffer.from(this.#client.certificate),
      peer_key: Buffer.from(this.#client.key),
      services: ['CHECKIN_V2'],
      supports: canChunk ? ['CHECKIN_CHUNKING'] : [],
      max_message_size: 104_857_600,
      agent_info: agentInfo,
    };
  }

  get port(): number {
    return this.#port;
  }

  /** The private key of the component, as it stands in its PEM. */
  get clientKey(): string {
    return this.#client.key;
  }

  get isConnected(): boolean {
    return this.#checkin !== undefined;
  }

  get answersActions(): boolean {
    return this.#actions !== undefined;
  }

  /** Sent at once where the component is connected, as the agent does. */
  setUnits(units: readonly UnitSettings[]): void {
    this.units.set(units);
    if (this.#checkin) this.#sendExpected(this.#checkin);
  }

  stateOf(id: string): ObservedState | undefined {
    return this.#observed.get(id);
  }

  /** As after a crash: nothing is known of any unit. */
  forgetStates(): void {
    this.#observed.clear();
  }

  /** Resolves when `holds` after some check-in; it is looked at after each. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#onCheckin.delete(look);
        resolve();
      };
      this.#onCheckin.add(look);
    });
  }

  /** Rejects where no answer comes in the time that the agent gives. */
  ask(request: object): Promise<ActionResult> {
    this.#actionCount += 1;
    const id = `action-${this.#actionCount}`;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${id} in 20 s`)), actionMs);
      this.#waiting.set(id, (result) => {
        clearTimeout(late);
        resolve(result);
      });
      if (!this.#actions) reject(new Error('the component opened no stream for actions'));
      this.#actions?.write({ id, params: Buffer.alloc(0), ...request });
    });
  }

  #onCheckinStream(stream: Stream): void {
    const late = setTimeout(
      () => fail(stream, status.DEADLINE_EXCEEDED, 'no check-in in 5 s'),
      firstCheckinMs,
    );
    stream.on('error', () => undefined);
    stream.on('data', (message: object) => {
      clearTimeout(late);
      if (fieldOf(message, 'token') !== this.token)
        return fail(stream, status.PERMISSION_DENIED, 'invalid token');
      if (this.#checkin && this.#checkin !== stream)
        return fail(stream, status.ALREADY_EXISTS, 'already connected');
      this.#checkin = stream;
      this.#observe(message);
      if (this.#differs()) this.#sendExpected(stream);
      for (const look of [...this.#onCheckin]) look();
    });
    const over = () => {
      clearTimeout(late);
      if (this.#checkin === stream) this.#checkin = undefined;
    };
    stream.on('end', () => {
      over();
      stream.end();
    });
    stream.on('close', over);
    stream.on('cancelled', over);
  }

  #observe(message: object): void {
    this.received.push(message);
    this.lastCheckinAt = Date.now();
    this.#canChunk = listOf(message, 'supports').includes('CHECKIN_CHUNKING');
    const seen = new Set<string>();
    for (const unit of listOf(message, 'units')) {
      const id = textOf(unit, 'id');
      seen.add(id);
      this.#observed.set(id, {
        phase: phaseIn(unit),
        message: textOf(unit, 'message'),
        index: textOf(unit, 'config_state_idx'),
        payload: readStruct(fieldOf(unit, 'payload')),
      });
    }
    this.#judgeMissing(seen);
    for (const { settings, isWanted } of this.units.wanted)
      if (!isWanted && this.stateOf(settings.id)?.phase === 'STOPPED') {
        this.units.remove(settings.id);
        this.#observed.delete(settings.id);
      }
  }

  /** A unit that was past its start and is left out counts as failed. */
  #judgeMissing(seen: ReadonlySet<string>): void {
    for (const [id, state] of this.#observed)
      if (!seen.has(id) && state.phase !== 'STARTING')
        this.#observed.set(id, { ...state, phase: 'FAILED', message: 'missing in the check-in' });
  }

  #differs(): boolean {
    return this.units.wanted.some(({ settings, index, isWanted }) => {
      const state = this.stateOf(settings.id);
      return state?.phase !== (isWanted ? 'HEALTHY' : 'STOPPED') || state.index !== String(index);
    });
  }

  #sendExpected(stream: Stream): void {
    const units = this.units.wanted.map((unit) =>
      this.units.write(unit, this.stateOf(unit.settings.id)?.index),
    );
    const common = {
      agent_info: agentInfo,
      features: Buffer.from([]),
      features_idx: '2',
      component: Buffer.from([]),
      component_idx: '3',
    };
    const size = methods.checkin.responseSerialize({ ...common, units }).length;
    if (!this.#canChunk || size <= this.pieceBytes) {
      this.#write(stream, { ...common, units });
      return;
    }
    this.#pieceCount += 1;
    const units_timestamp = { seconds: this.#pieceCount, nanos: 7 };
    units.forEach((unit, index) => {
      this.#write(stream, { ...(index === 0 && common), units: [unit], units_timestamp });
    });
    this.#write(stream, { units: [], units_timestamp });
  }

  #write(stream: Stream, message: object): void {
    this.sent += 1;
    stream.write(message);
  }

  #onActionStream(stream: Stream): void {
    stream.on('error', () => undefined);
    stream.on('data', (message: object) => {
      this.received.push(message);
      if (fieldOf(message, 'token') !== this.token)
        return fail(stream, status.PERMISSION_DENIED, 'invalid token');
      const id = textOf(message, 'id');
      if (id === 'init') this.#actions = stream;
      this.#waiting.get(id)?.(readAnswer(message));
      this.#waiting.delete(id);
    });
    stream.on('end', () => stream.end());
  }
}

export const agentInfo = {
  id: '5f1c9f0e-agent',
  version: '9.6.0',
  snapshot: false,
  mode: 'MANAGED',
  unprivileged: false,
};

function readAnswer(message: object): ActionResult {
  const result = fieldOf(message, 'result');
  const text = Buffer.isBuffer(result) ? result.toString() : '';
  return {
    status: textOf(message, 'status'),
    result: text === '' ? undefined : JSON.parse(text),
    files: new Map(
      listOf(message, 'diagnostic').map((file) => {
        const content = fieldOf(file, 'content');
        return [textOf(file, 'filename'), Buffer.isBuffer(content) ? content : Buffer.alloc(0)];
      }),
    ),
  };
}

function fail(stream: Stream, code: status, details: string): void {
  stream.emit('error', { code, details });
}

const phases: readonly UnitPhase[] = [
  'STARTING',
  'CONFIGURING',
  'HEALTHY',
  'DEGRADED',
  'FAILED',
  'STOPPING',
  'STOPPED',
];

function phaseIn(unit: unknown): UnitPhase {
  const found = phases.find((phase) => phase === textOf(unit, 'state'));
  if (!found) throw new Error(`a unit has the state ${textOf(unit, 'state')}`);
  return found;
}

function fieldOf(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}

function textOf(message: unknown, name: string): string {
  const value = fieldOf(message, name);
  return typeof value === 'string' ? value : '';
}

function listOf(message: unknown, name: string): readonly unknown[] {
  const value = fieldOf(message, name);
  return Array.isArray(value) ? value : [];
}
