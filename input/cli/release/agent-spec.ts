// Writes the spec from which Elastic Agent knows the executable that lies beside it: which inputs it runs, and how it is
// started and ended.

import { stringify } from 'yaml';
import { malloc } from '../launcher/start-anew.js';

const systems: Readonly<Record<string, readonly string[]>> = {
  linux: ['linux', 'container'],
  darwin: ['darwin'],
  win32: ['windows'],
};
const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The names that the agent has for the machine that the executable is for; none where it does not run there. */
function platforms(platform: string, processor: string): string[] {
  const name = processors[processor];
  return name === undefined ? [] : (systems[platform] ?? []).map((system) => `${system}/${name}`);
}

export function writeAgentSpec(
  platform: string = process.platform,
  processor: string = process.arch,
): string {
  return stringify({
    version: 2,
    inputs: [
      {
        name: 'm365',
        description: 'Microsoft 365 audit logs',
        platforms: platforms(platform, processor),
        outputs: ['elasticsearch'],
        command: {
          name: 'm365',
          args: ['agent'],
          env: Object.entries(malloc).map(([name, value]) => ({ name, value })),
          timeouts: { checkin: '30s', restart: '10s', stop: '30s' },
          log: {
            level_key: 'log.level',
            time_key: '@timestamp',
            time_format: '2006-01-02T15:04:05.000Z07:00',
            message_key: 'message',
            ignore_keys: ['ecs.version'],
          },
        },
      },
    ],
  });
}
