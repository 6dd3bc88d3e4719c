// Answers what the agent asks beside settings. Only questions for a diagnosis are known; its files end up in what an
// operator sends to others, so that everything in them is free of secrets.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { AgentIdentity } from '../../contract/agent-identity.ts';
import type { Clock } from '../../contract/clock.ts';
import { describeError, redact } from '../../contract/errors.ts';
import type { FeedItems } from '../../runtime/session.ts';
import type { RunTelemetry } from '../../telemetry/telemetry.ts';
import type { ActionAnswer, ActionRequest, DiagnosticFile, ObservedUnit } from '../protocol/messages.ts';
import type { AgentUnit } from '../units/agent-units.ts';
import { Profiler } from './profile.ts';
import { redactSettings } from './redact-settings.ts';
import type { LoggedProblem } from './remember-problems.ts';

export interface DiagnosticSources {
  readonly clock: Clock;
  readonly version: string;
  readonly stateFolder: string;
  readonly telemetry: Pick<RunTelemetry, 'board' | 'requests'>;
  readonly agent: () => AgentIdentity | undefined;
  readonly units: () => readonly AgentUnit[];
  readonly observed: () => readonly ObservedUnit[];
  readonly problems: () => readonly LoggedProblem[];
  /** Undefined while no ledger is open. */
  readonly describeLedger: () => Promise<readonly FeedItems[]> | undefined;
}

export class ActionAnswers {
  readonly #sources: DiagnosticSources;
  readonly #profiler: Profiler;
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });

  constructor(sources: DiagnosticSources) {
    this.#sources = sources;
    this.#profiler = new Profiler(sources.clock);
    this.#loop.enable();
  }

  async answer(request: ActionRequest): Promise<ActionAnswer> {
    if (!request.isDiagnostics)
      return { succeeded: false, result: { error: `m365 knows no action "${redact(request.name)}"` } };
    const files = request.isAboutUnit ? this.#describeUnit(request) : await this.#describeAll(request);
    return { succeeded: true, files };
  }

  #describeUnit({ unitId, unitKind }: ActionRequest): readonly DiagnosticFile[] {
    const { units, observed } = this.#sources;
    const unit = units().find(({ expected }) => expected.id === unitId && expected.kind === unitKind);
    const state = observed().find(({ id, kind }) => id === unitId && kind === unitKind);
    return [
      jsonFile('unit-settings', 'The settings of the unit, without secrets', settingsOf(unit)),
      jsonFile('unit-state', 'The state of the unit and of its feeds', state),
    ];
  }

  async #describeAll({ params }: ActionRequest): Promise<readonly DiagnosticFile[]> {
    const { units, observed, telemetry, problems } = this.#sources;
    return [
      jsonFile('settings', 'The settings of all units, without secrets', units().map(settingsOf)),
      jsonFile('units', 'The states of all units and feeds', observed()),
      jsonFile('status', 'Health and counters of everything that reports', telemetry.board.snapshot()),
      jsonFile('ledger', 'Content blobs of each feed, by what became of them', await this.#describeLedger()),
      jsonFile('requests', 'The last requests to Microsoft', telemetry.requests.last),
      jsonFile('problems', 'The last warnings and errors', problems()),
      jsonFile('process', 'The process and what it uses', this.#describeProcess()),
      ...(/cpu|heap|profile/i.test(params) ? await this.#profile() : []),
    ];
  }

  async #describeLedger(): Promise<object> {
    const { describeLedger, stateFolder } = this.#sources;
    try {
      return { folder: stateFolder, feeds: (await describeLedger()) ?? 'not open' };
    } catch (error) {
      return { folder: stateFolder, error: describeError(error) };
    }
  }

  #describeProcess(): object {
    const { version, agent } = this.#sources;
    const toMs = (nanoseconds: number) => Math.round(nanoseconds / 1e6);
    return {
      version,
      agent: agent(),
      pid: process.pid,
      node: process.version,
      platform: `${process.platform}/${process.arch}`,
      uptime_s: Math.round(process.uptime()),
      memory: process.memoryUsage(),
      heap: getHeapStatistics(),
      cpu: process.cpuUsage(),
      event_loop_delay_ms: {
        p50: toMs(this.#loop.percentile(50)),
        p99: toMs(this.#loop.percentile(99)),
        max: toMs(this.#loop.max),
      },
    };
  }

  async #profile(): Promise<readonly DiagnosticFile[]> {
    const { cpu, heap } = await this.#profiler.take();
    const form = { contentType: 'application/json' };
    return [
      {
        ...form,
        name: 'cpu',
        fileName: 'm365.cpuprofile',
        description: 'Five seconds of work',
        content: cpu,
      },
      {
        ...form,
        name: 'heap',
        fileName: 'm365.heapprofile',
        description: 'What was taken of the heap in these five seconds, by function',
        content: heap,
      },
    ];
  }
}

function settingsOf(unit: AgentUnit | undefined): object | undefined {
  if (!unit) return undefined;
  const { expected, config } = unit;
  const { id, kind, logLevel } = expected;
  return { id, kind, log_level: logLevel, settings: redactSettings(config?.source) };
}

/** Values are redacted before they become JSON: escaping would hide a secret with a quote in it. */
function jsonFile(name: string, description: string, value: unknown): DiagnosticFile {
  const content = JSON.stringify(
    value ?? null,
    (_, each: unknown) => (typeof each === 'string' ? redact(each) : each),
    2,
  );
  return { name, fileName: `m365-${name}.json`, description, contentType: 'application/json', content };
}
