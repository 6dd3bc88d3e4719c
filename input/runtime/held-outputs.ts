// The outputs that are open, by name, each counted by those who deliver to it. One with other settings is another
// output: it takes the name at once, while the old one stays open until the last of its users has left.

import { resolve } from 'node:path';
import type { Semaphore } from '../concurrency/semaphore.ts';
import { describeError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import {
  certificateEndsCode,
  endOfClientCertificate,
  warnOfClientCertificate,
} from '../outputs/client-certificate.ts';
import { type OpeningParts, openOutputs } from '../outputs/open-outputs.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import { semaphoreOf } from './collector.ts';

export interface HeldOutput {
  readonly policy: OutputPolicy;
  readonly output: Output;
  readonly semaphore: Semaphore;
  /** The reason why it can never be written to; undefined where it can, now or later. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** A lease is released once, when nothing of the user's is on its way to the output any more. */
export interface OutputLease {
  readonly held: HeldOutput;
  release(): Promise<void>;
}

interface CountedOutput extends HeldOutput {
  /** The end of the certificate that it was opened with. */
  readonly certificateEndsAt: number | undefined;
  users: number;
  /** No longer wanted. */
  retired: boolean;
}

export interface HeldOutputsParts extends OpeningParts {
  readonly log: Logger;
  readonly telemetry: Pick<Telemetry, 'report' | 'reportOf'>;
}

export class HeldOutputs {
  readonly #parts: HeldOutputsParts;
  readonly #byName = new Map<string, CountedOutput>();
  readonly #retired = new Set<CountedOutput>();

  constructor(parts: HeldOutputsParts) {
    this.#parts = parts;
  }

  /** Those that are not open as they are wanted: new ones, changed ones, and those that could not be opened. */
  changed(wanted: readonly OutputPolicy[]): readonly OutputPolicy[] {
    return wanted.filter((policy) => {
      const held = this.#byName.get(policy.name);
      return held?.policy !== policy || held.failure !== undefined;
    });
  }

  /**
   * Gives up what has a folder that one of the new outputs needs, since two cannot have it. Whoever uses what is
   * returned has to leave before the new one is opened.
   */
  retireFor(wanted: readonly OutputPolicy[]): ReadonlySet<HeldOutput> {
    const folders = new Set(this.changed(wanted).map(folderOf));
    const inTheWay = ({ policy }: CountedOutput) => {
      const folder = folderOf(policy);
      return folder !== undefined && folders.has(folder) && !wanted.includes(policy);
    };
    for (const held of this.#byName.values()) if (inTheWay(held)) this.#retire(held);
    return new Set([...this.#retired].filter(inTheWay));
  }

  /** Opens what is new or changed; from then on `lease` hands out that. Rejects as `openOutputs` does. */
  async open(wanted: readonly OutputPolicy[], signal: AbortSignal): Promise<void> {
    const changed = this.changed(wanted);
    const { outputs, failures, waiting } = await openOutputs(changed, this.#parts, signal);
    for (const [policy, output] of outputs) {
      const before = this.#byName.get(policy.name);
      if (before) this.#retire(before);
      const failure = failures.has(policy) ? { error: failures.get(policy) } : undefined;
      this.#byName.set(policy.name, {
        policy,
        output,
        semaphore: semaphoreOf(output),
        failure,
        certificateEndsAt: endOfClientCertificate(policy),
        users: 0,
        retired: false,
      });
      if (before && !failure && !waiting.has(policy)) this.#reportSuccessor(policy);
    }
    const names = new Set(wanted.map(({ name }) => name));
    for (const held of this.#byName.values()) if (!names.has(held.policy.name)) this.#retire(held);
    this.warnOfCertificates();
  }

  /** Tells of client certificates that end soon, where the output has nothing worse to say. */
  warnOfCertificates(): void {
    const { telemetry, clock } = this.#parts;
    for (const { policy, certificateEndsAt } of this.#byName.values()) {
      if (certificateEndsAt === undefined) continue;
      const report = warnOfClientCertificate(certificateEndsAt, clock.now());
      const component = { kind: 'output', name: policy.name } as const;
      const shown = telemetry.reportOf?.(component);
      const isFree = !shown || shown.health === 'healthy' || shown.code === certificateEndsCode;
      if (report && isFree) telemetry.report(component, report);
    }
  }

  /** Undefined where there is no output of that name. */
  get(name: string): HeldOutput | undefined {
    return this.#byName.get(name);
  }

  lease(name: string): OutputLease | undefined {
    const held = this.#byName.get(name);
    if (!held) return undefined;
    held.users += 1;
    return {
      held,
      release: async () => {
        held.users -= 1;
        await this.#closeUnused(held);
      },
    };
  }

  /** Closes what is retired and was never used, or is not used any more. */
  async closeRetired(): Promise<void> {
    for (const held of this.#retired) await this.#closeUnused(held);
  }

  /** Everything, whoever may still use it. */
  async close(): Promise<void> {
    for (const held of [...this.#byName.values(), ...this.#retired]) await closeHeld(held);
    this.#byName.clear();
    this.#retired.clear();
  }

  #retire(held: CountedOutput): void {
    held.retired = true;
    this.#byName.delete(held.policy.name);
    this.#retired.add(held);
  }

  async #closeUnused(held: CountedOutput): Promise<void> {
    if (!held.retired || held.users > 0 || !this.#retired.delete(held)) return;
    const { name } = held.policy;
    try {
      await closeHeld(held);
    } catch (error) {
      this.#parts.log.warn({}, `The output ${name} could not be closed in order: ${describeError(error)}`);
    }
    if (!this.#byName.has(name)) this.#report(name, 'stopped', 'No longer delivered to.');
  }

  /** The reports about the output before it was changed are no longer true. */
  #reportSuccessor({ name }: OutputPolicy): void {
    this.#report(name, 'healthy', 'Opened with its new settings.');
  }

  #report(name: string, health: 'stopped' | 'healthy', message: string): void {
    const component = { kind: 'output', name } as const;
    const { telemetry } = this.#parts;
    if (telemetry.reportOf?.(component)) telemetry.report(component, { health, message });
  }
}

async function closeHeld({ output, failure }: HeldOutput): Promise<void> {
  if (failure === undefined) await output.close();
}

/** Returns the folder that only one output can have at a time. */
function folderOf(policy: OutputPolicy): string | undefined {
  return policy.type === 'file' ? resolve(policy.options.path) : undefined;
}
