// An Elasticsearch that a test may kill and start again with its data; only where the means to start one lie beside
// the repository. A server given by ELASTICSEARCH_URL is never touched.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'elasticsearch');
const startScript = join(folder, 'start.sh');

export const canStartNode = existsSync(startScript);

export class OwnNode {
  readonly url: string;
  readonly #port: string;
  #pid = 0;

  constructor(port: number) {
    this.#port = String(port);
    this.url = `http://127.0.0.1:${port}`;
  }

  /** With nothing in it. */
  start(): void {
    this.#run(readFileSync(startScript, 'utf8'));
  }

  /** With the data it had. */
  restart(): void {
    this.#run(readFileSync(startScript, 'utf8').replace('rm -rf "$H"/data ', 'rm -rf '));
  }

  /** As a power failure would, the launcher and the server it started. */
  kill(): void {
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(this.#pid)], { encoding: 'utf8' });
    for (const pid of [...stdout.split(/\s+/).filter(Boolean), this.#pid]) signal(Number(pid), 'SIGKILL');
    // The script takes a process that nobody has waited for yet for a running one.
    rmSync(join(process.env.ES_CACHE ?? '/var/tmp/test-elasticsearch', `es-${this.#port}.pid`), {
      force: true,
    });
  }

  /** It stays connected and does nothing, until `thaw`. */
  freeze(): void {
    this.#signalServer('SIGSTOP');
  }

  thaw(): void {
    this.#signalServer('SIGCONT');
  }

  stop(): void {
    this.thaw();
    spawnSync(join(folder, 'stop.sh'), { env: { ...process.env, ES_PORT: this.#port } });
  }

  #signalServer(name: NodeJS.Signals): void {
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(this.#pid)], { encoding: 'utf8' });
    for (const pid of stdout.split(/\s+/).filter(Boolean)) signal(Number(pid), name);
  }

  #run(script: string): void {
    const result = spawnSync('bash', ['-c', script, startScript], {
      env: { ...process.env, ES_PORT: this.#port },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    this.#pid = Number(result.stdout?.trim());
    if (result.status !== 0 || !this.#pid) throw new Error(`no Elasticsearch on port ${this.#port}`);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has gone already.
  }
}
