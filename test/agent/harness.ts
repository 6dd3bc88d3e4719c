// A component under the double of an agent, on the emulator, with documents in local files.

import { join } from 'node:path';
import { readVersion } from '../../input/cli/version.ts';
import { contentTypes, type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { compare, type Difference, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { AgentDouble, type AgentOptions } from './agent-double.ts';
import type { UnitSettings } from './expected-units.ts';

const program = join(import.meta.dirname, '..', '..', 'input', 'cli', 'm365.js');

/** The collector of this checkout; M365_TEST_COLLECTOR names a built executable in its place. */
const collector: readonly string[] = process.env.M365_TEST_COLLECTOR
  ? [process.env.M365_TEST_COLLECTOR, 'agent']
  : [process.execPath, '--disable-warning=ExperimentalWarning', program, 'agent'];

/** The version of the program, and of the package in its policies. */
export const version = readVersion();

export const outputId = 'm365-default';

export interface AgentPlace extends AsyncDisposable {
  readonly agent: AgentDouble;
  readonly emulator: Emulator;
  readonly output: UnitSettings;
  input(name: string, tenants: readonly number[], more?: StreamExtras): UnitSettings;
  /** Compares what the emulator has served with what was delivered, over these folders. */
  difference(...folders: string[]): Promise<Difference>;
  path(name: string): string;
}

interface StreamExtras {
  /** Settings of every stream. */
  readonly stream?: object;
  /** Settings of the input. */
  readonly input?: object;
}

export async function openPlace(
  options: Partial<AgentOptions> & { tenants?: number; records?: number } = {},
): Promise<AgentPlace> {
  const { tenants = 1, records = 60 } = options;
  const content = { records, recordsPerBlob: 10, ratePerMinute: 0 };
  const emulator = await startEmulator({
    startCooldown: 'off',
    tenants: Array.from({ length: tenants }, () => ({ content, subscribed: contentTypes })),
  });
  const agent = await AgentDouble.open({ command: collector, ...options });
  const path = (name: string) => join(agent.top, name);
  const input = (name: string, of: readonly number[], more: StreamExtras = {}): UnitSettings => ({
    id: `${outputId}-${name}`,
    kind: 'input',
    source: {
      ...{ id: name, name: `policy ${name}`, type: 'm365', revision: 3, policy: { revision: 3 } },
      ...{ package_policy_id: `${name}-policy`, data_stream: { namespace: 'demo' } },
      meta: { package: { name: 'm365', version, policy_template: 'audit', release: 'beta' } },
      ...more.input,
      streams: of.map((index) => ({
        id: `${name}-${index}`,
        data_stream: { dataset: 'o365.audit', type: 'logs', elasticsearch: {} },
        interval: '5s',
        requests_per_minute: 100_000,
        ...streamFor(emulator, index),
        ...more.stream,
      })),
    },
  });
  return {
    agent,
    emulator,
    path,
    input,
    output: { id: outputId, kind: 'output', source: { type: 'file', path: path('out') } },
    difference: async (...folders) => {
      const delivered = await Promise.all(
        (folders.length > 0 ? folders : ['out']).map((each) => readDelivered(path(each))),
      );
      return compare(
        [...emulator.distinctIds()].map(({ id }) => id),
        delivered.flat(),
      );
    },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}
