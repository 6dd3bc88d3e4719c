// The control protocol byte by byte, and when check-ins go out.

import { describe, expect, test } from '@jest/globals';
import { readBootstrap } from '../../input/agent/bootstrap.ts';
import { ControlLink, type ControlLinkOptions } from '../../input/agent/link/control-link.ts';
import { PieceJoiner } from '../../input/agent/link/join-pieces.ts';
import { methods, startUpInfo } from '../../input/agent/protocol/definition.ts';
import {
  type Expected,
  readExpected,
  readStartUp,
  writeObserved,
} from '../../input/agent/protocol/messages.ts';
import { readStruct, writeStruct } from '../../input/agent/protocol/struct.ts';
import { chooseStateFolder } from '../../input/agent/state-folder.ts';
import { until } from '../end-to-end/harness.ts';
import { ManualClock } from '../http/manual-clock.ts';
import { recordingLog } from '../state/state-folder.ts';
import { ControlServer } from './control-server.ts';

type Part = number | string | Buffer;

/** Writes fields by hand: pairs of a field's number and its value, as varint or as length and bytes. */
function wire(...fields: readonly (readonly [number, Part])[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([(number << 3) | 0, ...varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
    }),
  );
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

describe('on the wire', () => {
  test('the first message is read as the agent writes it', () => {
    const agent = wire([1, 'the-agent'], [2, '9.6.0'], [3, 1], [4, 1], [5, 1]);
    const bytes = wire(
      ...([
        [1, 'localhost:6789'],
        [2, 'name'],
        [3, 'token'],
        [4, 'CA'],
        [5, 'CERT'],
        [6, 'KEY'],
      ] as const),
      ...([
        [7, 1],
        [8, Buffer.from([0])],
        [9, 300],
        [10, agent],
      ] as const),
    );
    expect(readStartUp(startUpInfo.deserialize(bytes))).toEqual({
      address: 'localhost:6789',
      serverName: 'name',
      token: 'token',
      authority: Buffer.from('CA'),
      certificate: Buffer.from('CERT'),
      key: Buffer.from('KEY'),
      canChunk: true,
      agent: {
        ...{ id: 'the-agent', version: '9.6.0', isSnapshot: true },
        ...{ mode: 'standalone', isUnprivileged: true },
      },
    });
  });

  test('what is expected is read as the agent writes it', () => {
    const field = wire([1, 'type'], [2, wire([3, 'kafka'])]);
    const config = wire([1, wire([1, field])], [2, 'out'], [3, 'kafka'], [4, 'name'], [5, 9]);
    const unit = wire([1, 'out'], [2, 1], [3, 6], [4, 300], [5, config], [6, 3]);
    const bytes = wire(
      [1, unit],
      [2, wire([1, 'id'])],
      [3, 'features'],
      [4, 5],
      [5, 'component'],
      [6, 7],
      [7, wire([1, 11], [2, 12])],
    );
    expect(readExpected(methods.checkin.responseDeserialize(bytes))).toEqual({
      units: [
        {
          ...{ id: 'out', kind: 'output', isWanted: false, configIndex: '300', logLevel: 'DEBUG' },
          config: { name: 'name', source: { type: 'kafka' } },
        },
      ],
      agent: { id: 'id', version: '', isSnapshot: false, mode: 'managed', isUnprivileged: false },
      featuresIndex: '5',
      componentIndex: '7',
      piecesOf: '11.12',
    });
  });

  test('a check-in goes out as the agent reads it', () => {
    const message = writeObserved({
      ...{ token: 'token', version: '1', commit: 'abc', pid: 300, canChunk: true },
      ...{ featuresIndex: '5', componentIndex: '7' },
      units: [
        {
          id: 'out',
          kind: 'output',
          configIndex: '300',
          phase: 'FAILED',
          message: 'no',
          payload: { a: 'b' },
        },
      ],
    });
    const payload = wire([1, wire([1, 'a'], [2, wire([3, 'b'])])]);
    const unit = wire([1, 'out'], [2, 1], [3, 300], [4, 4], [5, 'no'], [6, payload]);
    const meta = (key: string, value: string): [number, Buffer] => [3, wire([1, key], [2, value])];
    const version = wire([1, 'm365'], meta('version', '1'), meta('commit', 'abc'), [4, 'abc']);
    const parts = [unit, version, wire([5, 5], [6, 7]), wire([9, 300])];
    const bytes = methods.checkin.requestSerialize(message);
    for (const part of parts) expect(bytes.includes(part)).toBe(true);
    expect(bytes.subarray(0, 7)).toEqual(wire([1, 'token']));
    expect(bytes.includes(Buffer.from([(8 << 3) | 2, 1, 0]))).toBe(true);
  });

  test('actions are asked and answered by the numbers of the agent', () => {
    const request = wire([1, 'id'], [2, 'name'], [3, '{}'], [4, 'unit'], [5, 1], [6, 1], [7, 2]);
    expect(methods.actions.responseDeserialize(request)).toMatchObject({
      ...{ id: 'id', name: 'name', unit_id: 'unit' },
      ...{ unit_type: 'OUTPUT', type: 'DIAGNOSTICS', level: 'UNIT' },
    });
    const file = wire([1, 'n'], [2, 'f'], [3, 'd'], [4, 'c'], [5, 'x'], [6, wire([1, 5])]);
    const answer = wire([1, 'token'], [2, 'id'], [3, 1], [4, '{}'], [5, file]);
    expect(methods.actions.requestDeserialize(answer)).toMatchObject({
      ...{ token: 'token', id: 'id', status: 'FAILURE', result: Buffer.from('{}') },
      diagnostic: [
        { name: 'n', filename: 'f', description: 'd', content_type: 'c', content: Buffer.from('x') },
      ],
    });
    expect(methods.checkin.path).toBe('/proto.ElasticAgent/CheckinV2');
    expect(methods.actions.path).toBe('/proto.ElasticAgent/Actions');
  });

  test('settings are the same after they were a Struct', () => {
    const value = { a: [1, 'x', true, null, { b: [] }], 'c.d': {}, e: 1.5, f: '' };
    expect(readStruct(writeStruct(value))).toEqual(value);
  });
});

describe('the message on standard input', () => {
  async function* inputOf(...chunks: Buffer[]) {
    yield* chunks;
  }

  test('may come in pieces', async () => {
    const bytes = wire([1, 'a:1'], [3, 'the-token'], [4, 'CA'], [5, 'C'], [6, 'a-key-of-mine']);
    const read = await readBootstrap(inputOf(bytes.subarray(0, 4), bytes.subarray(4)));
    expect(read).toMatchObject({ address: 'a:1', token: 'the-token', agent: undefined });
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['garbage', Buffer.from('{"addr": "secret-of-mine"}'), 'no message of an agent'],
    ['half of one', wire([1, 'a:1'], [3, 'the-token']), 'lacks authority, certificate, key'],
  ])('%s is an error that says who starts this', async (_, bytes, found) => {
    const error = await readBootstrap(inputOf(bytes)).catch((caught: unknown) => caught);
    expect(String(error)).toContain(found);
    expect(String(error)).not.toContain('secret-of-mine');
    expect(error).toMatchObject({ advice: expect.stringContaining('m365 run --policy') });
  });
});

describe('pieces of a check-in', () => {
  const piece = (piecesOf: string | undefined, ...ids: string[]): Expected => ({
    units: ids.map((id) => ({
      ...{ id, kind: 'input', isWanted: true, configIndex: '1', config: undefined, logLevel: 'INFO' },
    })),
    ...{ agent: undefined, featuresIndex: piecesOf === '1' ? '4' : '0', componentIndex: '0', piecesOf },
  });
  const idsOf = (expected: Expected | undefined) => expected?.units.map(({ id }) => id);

  test('are joined until one is empty, and keep what the first one says', () => {
    const joiner = new PieceJoiner();
    expect(joiner.add(piece('1', 'a', 'b'))).toBeUndefined();
    expect(joiner.add({ ...piece('1', 'c'), featuresIndex: '0' })).toBeUndefined();
    const whole = joiner.add({ ...piece('1'), featuresIndex: '0' });
    expect(idsOf(whole)).toEqual(['a', 'b', 'c']);
    expect(whole?.featuresIndex).toBe('4');
  });

  test('that were never finished are dropped when another check-in comes', () => {
    const joiner = new PieceJoiner();
    joiner.add(piece('1', 'a'));
    expect(joiner.add(piece('2', 'b'))).toBeUndefined();
    expect(idsOf(joiner.add(piece('2')))).toEqual(['b']);
    joiner.add(piece('3', 'c'));
    expect(idsOf(joiner.add(piece(undefined, 'd')))).toEqual(['d']);
  });
});

describe('check-ins', () => {
  async function openLink(more: Partial<ControlLinkOptions> = {}) {
    const server = new ControlServer('m365-default', 'the-token');
    await server.listen();
    const clock = new ManualClock();
    const closing = new AbortController();
    const expected: Expected[] = [];
    let phase: 'DEGRADED' | 'HEALTHY' = 'DEGRADED';
    const link = new ControlLink({
      startUp: readStartUp(startUpInfo.deserialize(startUpInfo.serialize(server.startUp()))),
      ...{ clock, random: () => 0, log: recordingLog() },
      observe: () => ({
        ...{ version: '1', commit: '', pid: 1, featuresIndex: '0', componentIndex: '0' },
        units: [{ id: 'only', kind: 'input', configIndex: '1', phase, message: '' }],
      }),
      onExpected: (each) => expected.push(each),
      onAction: async () => ({ succeeded: true }),
      ...more,
    });
    server.setUnits([{ id: 'only', kind: 'input', source: {} }]);
    const ended = link.run(closing.signal);
    return {
      ...{ server, clock, link, expected, ended },
      become: (next: typeof phase) => {
        phase = next;
      },
      async [Symbol.asyncDispose]() {
        let isOver = false;
        void ended.then(() => {
          isOver = true;
        });
        closing.abort();
        // The farewell of a link waits by the clock that stands still.
        await until(async () => {
          await clock.advance(1_000);
          return isOver;
        });
        server.vanish();
      },
    };
  }

  test('go out on a change or when the time has come, and never in answer to the agent', async () => {
    await using place = await openLink();
    const { server, clock, link, expected } = place;
    await until(() => expected.length === 1);
    // As often as the agent may say it: nobody answers.
    for (let more = 0; more < 50; more += 1) server.setUnits([{ id: 'only', kind: 'input', source: {} }]);
    await until(() => expected.length === 51);
    expect(server.received.filter((message) => 'units' in message)).toHaveLength(1);
    await clock.advance(10_000 + 200);
    await until(() => expected.length === 52);
    expect(server.received.filter((message) => 'units' in message)).toHaveLength(2);
    // A swarm of changes is one check-in.
    for (let more = 0; more < 50; more += 1) link.changed();
    place.become('HEALTHY');
    await clock.advance(200);
    await until(() => server.stateOf('only')?.phase === 'HEALTHY');
    expect(server.received.filter((message) => 'units' in message)).toHaveLength(3);
  });

  test('an agent that nobody can reach any more is given up only where that is asked for', async () => {
    await using place = await openLink({ goneAfterMs: 60_000 });
    const { server, clock, ended, expected } = place;
    await until(() => expected.length === 1);
    server.vanish();
    let end: string | undefined;
    void ended.then((how) => {
      end = how;
    });
    await until(async () => {
      await clock.advance(1_000);
      return end !== undefined;
    });
    expect(end).toBe('gone');
  });
});

describe('the folder of the ledger', () => {
  const place = { componentId: 'm365-default', environment: {}, platform: 'linux' } as const;
  const top = '/opt/Elastic/Agent/data/elastic-agent-9.6.0-abc123/run/m365-default';

  test.each([
    [
      'beside the versions of an installed agent',
      { ...place, pathData: top },
      '/opt/Elastic/Agent/m365/m365-default',
    ],
    [
      'in what a container keeps',
      { ...place, pathData: '/state/data/run/m365-default' },
      '/state/m365/m365-default',
    ],
    [
      'on Windows',
      {
        ...place,
        platform: 'win32',
        pathData: 'C:\\Program Files\\Elastic\\Agent\\data\\elastic-agent-9.6.0-abc\\run\\m365-default',
      },
      'C:\\Program Files\\Elastic\\Agent\\m365\\m365-default',
    ],
    [
      'where the system keeps such things',
      { ...place, pathData: '/somewhere' },
      '/var/lib/m365/m365-default',
    ],
    ['where the agent gave none', { ...place, pathData: undefined }, '/var/lib/m365/m365-default'],
    [
      'where the environment says',
      { ...place, pathData: top, environment: { M365_STATE_PATH: '/mnt/m365' } },
      '/mnt/m365/m365-default',
    ],
  ] as const)('lies %s', (_, from, folder) => {
    expect(chooseStateFolder(from)).toBe(folder);
  });

  test('is another one for each component, whatever its name', () => {
    const names = ['m365-a/b', 'm365-a_b', 'm365-a b', '..', 'm365-ab'];
    const folders = names.map((componentId) =>
      chooseStateFolder({ ...place, componentId, pathData: undefined }),
    );
    expect(new Set(folders).size).toBe(names.length);
    for (const folder of folders) expect(folder).toMatch(/^\/var\/lib\/m365\/[\w.-]{3,}$/);
  });
});
