// A stand-in for an Elastic Agent that supervises one component: it starts the component as an agent does, tells it what is
// wanted, watches its check-ins, starts it again when it ends unasked, and stops it. It runs any executable.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUpInfo } from '../../input/agent/protocol/definition.ts';
import { timeLimits } from '../../input/agent/spec/time-limits.ts';
import { ControlServer } from './control-server.ts';

export interface AgentOptions {
  /** The executable and its arguments; those of the agent's own come behind. */
  readonly command: readonly string[];
  readonly componentId?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly canChunk?: boolean;
  /** The token that the component is given, where it is not the right one. */
  readonly wrongToken?: string;
  /** The pause after a process that ended unasked; as in the spec where absent. */
  readonly restartMs?: number;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An agent kills so much earlier than the spec says. */
const killedEarlierMs = 5_000;
const missedCheckins = 3;

export class AgentDouble implements AsyncDisposable {
  readonly control: ControlServer;
  /** The top folder of the agent's installation. */
  readonly top: string;
  readonly pathData: string;
  /** How the processes of the component ended, one after the other. */
  readonly ends: ProcessEnd[] = [];
  readonly #options: AgentOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<ProcessEnd> | undefined;
  #printed = '';
  #errors = '';
  #isStopping = false;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;

  private constructor(options: AgentOptions) {
    const { componentId = 'm365-default' } = options;
    this.#options = { ...options, componentId };
    this.control = new ControlServer(componentId, 'the-token-of-this-component');
    this.top = mkdtempSync(join(tmpdir(), 'm365-agent-'));
    this.pathData = join(this.top, 'data', 'elastic-agent-9.6.0-abcdef', 'run', componentId);
    mkdirSync(this.pathData, { recursive: true, mode: 0o770 });
  }

  /** Listens, and starts nothing yet. */
  static async open(options: AgentOptions): Promise<AgentDouble> {
    const agent = new AgentDouble(options);
    await agent.control.listen();
    return agent;
  }

  /** What the component wrote to standard output: its log, a line each. */
  get lines(): readonly Record<string, unknown>[] {
    const whole = this.#printed.split('\n').slice(0, -1);
    return whole.map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** Everything that the component printed. */
  get printed(): string {
    return this.#printed + this.#errors;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `port`: where the component is to connect to, if not to the server itself. */
  start({ port }: { port?: number } = {}): void {
    const { command, componentId = '', environment, canChunk, wrongToken } = this.#options;
    const [executable = '', ...args] = command;
    const child = spawn(executable, [...args, '-E', `path.data=${this.pathData}`], {
      cwd: this.pathData,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        AGENT_COMPONENT_ID: componentId,
        AGENT_COMPONENT_TYPE: 'm365',
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#printed += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk;
    });
    const message = this.control.startUp({ ...(canChunk && { canChunk }), ...(port && { port }) });
    // One that ends before it reads is seen by its end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(startUpInfo.serialize({ ...message, ...(wrongToken && { token: wrongToken }) }));
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        const end = { code, signal };
        this.ends.push(end);
        this.#onEnd();
        resolve(end);
      });
    });
  }

  /** Resolves when the process that runs now has ended, whoever ended it. */
  async ended(): Promise<ProcessEnd> {
    if (!this.#ended) throw new Error('nothing was started');
    return this.#ended;
  }

  /**
   * Watches the check-ins of the process that runs now. They are counted each time that the time is up, whether one ever
   * came or not.
   */
  watchCheckins(everyMs: number = timeLimits.checkinMs): void {
    const child = this.#child;
    let missed = 0;
    let looked = Date.now();
    this.#watch = setInterval(() => {
      missed = this.control.lastCheckinAt < looked ? missed + 1 : 0;
      looked = Date.now();
      if (missed >= missedCheckins) child?.kill('SIGKILL');
    }, everyMs);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Asks the component to end, and kills it when it takes too long. */
  async stop(): Promise<ProcessEnd> {
    this.#isStopping = true;
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), timeLimits.stopMs - killedEarlierMs);
    const end = await this.ended();
    clearTimeout(late);
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    this.kill('SIGKILL');
    await this.#ended;
    this.control.vanish();
    rmSync(this.top, { recursive: true, force: true });
  }

  #onEnd(): void {
    clearInterval(this.#watch);
    if (this.#isStopping || this.#options.wrongToken) return;
    this.control.forgetStates();
    const { restartMs = timeLimits.restartMs } = this.#options;
    this.#restart = setTimeout(() => this.start(), restartMs);
  }
}
