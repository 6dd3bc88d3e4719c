// A plain client of the Management Activity API for the tests of the emulator. It retries nothing, so that a test sees each
// answer as it comes.

import type { Emulator } from '../../input/emulator/index.ts';
import {
  contentTypes,
  type EmulatorOptions,
  startEmulator,
  type TenantSettings,
} from '../../input/emulator/index.ts';

export const noon = Date.parse('2026-11-20T12:00:00Z');

/** Starts an emulator whose time stands at noon, so that a test has the same content each time. */
export const startAtNoon = (options: EmulatorOptions = {}): Promise<Emulator> =>
  startEmulator({ clock: { now: () => noon }, ...options });

/** Writes a time as the API takes it. */
export const formatSeconds = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

export interface ListedBlob {
  readonly contentId: string;
  readonly contentUri: string;
  readonly contentType: string;
  readonly contentCreated: string;
  readonly contentExpiration: string;
}

export class Client {
  readonly emulator: Emulator;
  readonly tenant: TenantSettings;
  readonly root: string;
  private token = '';

  constructor(emulator: Emulator, index = 0) {
    const tenant = emulator.tenants[index];
    if (!tenant) throw new RangeError('There is no such tenant.');
    this.emulator = emulator;
    this.tenant = tenant;
    this.root = `${emulator.url}/api/v1.0/${tenant.tenantId}/activity/feed`;
  }

  /** Asks for a token; the changes replace or, where undefined, remove fields of a right request. */
  requestToken(
    changes: Record<string, string | undefined> = {},
    path = `${this.tenant.tenantId}/oauth2/v2.0/token`,
  ): Promise<Response> {
    const fields = {
      grant_type: 'client_credentials',
      client_id: this.tenant.clientId,
      client_secret: this.tenant.clientSecret,
      scope: `${this.emulator.url}/.default`,
      ...changes,
    };
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) body.set(name, value);
    return fetch(`${this.emulator.url}/${path}`, { method: 'POST', body });
  }

  async signIn(): Promise<string> {
    this.token = String((await readObject(await this.requestToken())).access_token);
    return this.token;
  }

  async call(url: string, init: RequestInit = {}): Promise<Response> {
    if (this.token === '') await this.signIn();
    const address = url.startsWith('http') ? url : `${this.root}/${url}`;
    const publisher = `${address.includes('?') ? '&' : '?'}PublisherIdentifier=${this.tenant.tenantId}`;
    return fetch(address + publisher, {
      ...init,
      headers: { authorization: `Bearer ${this.token}`, ...init.headers },
    });
  }

  start(contentType: string): Promise<Response> {
    return this.call(`subscriptions/start?contentType=${contentType}`, { method: 'POST' });
  }

  stop(contentType: string): Promise<Response> {
    return this.call(`subscriptions/stop?contentType=${contentType}`, { method: 'POST' });
  }

  /** Asks for the first page of [from, to), in milliseconds since the epoch. */
  page(contentType: string, from: number, to: number): Promise<Response> {
    return this.call(
      `subscriptions/content?contentType=${contentType}&startTime=${formatSeconds(from)}&endTime=${formatSeconds(to)}`,
    );
  }

  /** Lists every page of the 23 hours before `to`, in milliseconds since the epoch. */
  async list(contentType: string, to = this.emulator.time.now() + 1_000): Promise<ListedBlob[]> {
    const listed: ListedBlob[] = [];
    let response = await this.page(contentType, to - 23 * 3_600_000, to);
    for (;;) {
      listed.push(...(await readList(response)).map(toListed));
      const next = response.headers.get('nextpageuri');
      if (next === null) return listed;
      response = await this.call(next);
    }
  }

  async records(contentUri: string): Promise<readonly AnswerObject[]> {
    return readList(await this.call(contentUri));
  }

  /** Collects the Ids of everything that can be had of the last 23 hours, of all content types in turn. */
  async collect(): Promise<string[]> {
    await this.signIn();
    const ids: string[] = [];
    for (const contentType of contentTypes) {
      for (const { contentUri } of await this.list(contentType)) {
        for (const record of await this.records(contentUri)) ids.push(String(record.Id));
      }
    }
    return ids;
  }
}

export type AnswerObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is AnswerObject => typeof value === 'object' && value !== null;

export function toObject(value: unknown): AnswerObject {
  if (!isObject(value)) throw new TypeError(`This is no object: ${JSON.stringify(value)}`);
  return value;
}

export const readObject = async (response: Response): Promise<AnswerObject> =>
  toObject(await response.json());

export async function readList(response: Response): Promise<AnswerObject[]> {
  const value: unknown = await response.json();
  if (!Array.isArray(value)) throw new TypeError(`This is no list: ${JSON.stringify(value)}`);
  return value.map(toObject);
}

const toListed = (value: AnswerObject): ListedBlob => ({
  contentId: String(value.contentId),
  contentUri: String(value.contentUri),
  contentType: String(value.contentType),
  contentCreated: String(value.contentCreated),
  contentExpiration: String(value.contentExpiration),
});

/** Reads the status and the AF code of a refusal: `400 AF20030`. */
export async function readCode(response: Response): Promise<string> {
  const { error } = await readObject(response);
  return `${response.status} ${toObject(error).code}`;
}
