import { describe, expect, test } from '@jest/globals';
import { makeDocuments, never, numberedIds } from './harness.ts';
import { dataStream, made, open, server, write } from './opened-output.ts';
import { StandIn, type StandInFault } from './stand-in.ts';

const forbidden: StandInFault = (_, { reply }) =>
  reply(403, { error: { type: 'security_exception', reason: 'no' } });

/** A fault at the worst moment: all is stored, the answer is lost, and a new backing index has begun. */
const losingAnswers: Record<string, StandInFault> = {
  'a cut connection': (_, { perform, cut }) => {
    perform();
    server.rollOver();
    cut();
  },
  'a 504 of a proxy': (_, { perform, reply }) => {
    perform();
    server.rollOver();
    reply(504, '<html>Gateway Time-out</html>', { 'content-type': 'text/html' });
  },
  'half an answer': (_, { perform, reply }) => {
    perform();
    server.rollOver();
    reply(200, '{"errors":false,"items":[');
  },
  'an answer about other documents': (_, { perform, reply }) => {
    perform();
    server.rollOver();
    reply(200, { errors: false, items: [{ create: { status: 201 } }] });
  },
  'a sign-in page': (_, { perform, reply }) => {
    perform();
    server.rollOver();
    reply(200, '<html>', { 'content-type': 'text/html', 'x-elastic-product': 'none' });
  },
};

describe('after an unknown outcome', () => {
  test.each(Object.keys(losingAnswers))(
    '%s: what was stored is found, and counts as delivered',
    async (name) => {
      const fault = losingAnswers[name];
      if (fault) server.bulkFaults.push(fault);
      expect(await write(['a', 'b', 'c'])).toEqual({
        delivered: 3,
        duplicate: 0,
        possiblyDuplicate: 0,
        rejected: [],
      });
      expect(server.stored).toEqual(['a', 'b', 'c']);
      expect(server.bulks).toHaveLength(1);
    },
  );

  test('only what is not there is sent again', async () => {
    server.bulkFaults.push((_, { cut }) => {
      server.indices[0]?.set('b', false);
      server.rollOver();
      cut();
    });
    expect(await write(['a', 'b', 'c'])).toMatchObject({ delivered: 3, duplicate: 0 });
    expect(server.bulks[1]?.ids).toEqual(['a', 'c']);
    expect(server.stored).toEqual(['a', 'b', 'c']);
  });

  test('an answer that does not come in time is an unknown outcome', async () => {
    await open({ timeoutMs: 300 });
    server.bulkFaults.push((_, { perform }) => {
      perform();
      server.rollOver();
    });
    expect(await write(['a'])).toMatchObject({ delivered: 1, duplicate: 0 });
    expect(server.bulks).toHaveLength(1);
  });

  test('a look that fails is repeated before anything is sent', async () => {
    server.bulkFaults.push((_, { perform, cut }) => {
      perform();
      server.rollOver();
      cut();
    });
    let failures = 3;
    const flaky: StandInFault = (_, { perform, reply, cut }) => {
      failures -= 1;
      if (failures === 2) return cut();
      if (failures >= 0)
        return reply(503, { error: { type: 'no_shard_available_action_exception', reason: '' } });
      return reply(200, perform());
    };
    server.answers.set('/_search', flaky);
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
    expect(server.bulks).toHaveLength(1);
    expect(failures).toBeLessThan(0);
  });

  test('a refresh that missed a shard is no look at all', async () => {
    let failures = 1;
    server.answers.set('/_refresh', (_, { perform, reply }) =>
      reply(200, failures-- > 0 ? { _shards: { failed: 1 } } : perform()),
    );
    server.indices = [new Map([['a', false]]), new Map()];
    expect(await write(['a'], { uncertain: true })).toMatchObject({ delivered: 0, duplicate: 1 });
  });

  test.each(['/_search', '/_refresh'])(
    'where the key may not %s, it is sent again and counted',
    async (path) => {
      server.answers.set(path, forbidden);
      server.bulkFaults.push((_, { perform, cut }) => {
        perform();
        server.rollOver();
        cut();
      });
      expect(await write(['a', 'b'])).toEqual({
        delivered: 2,
        duplicate: 0,
        possiblyDuplicate: 2,
        rejected: [],
      });
    },
  );

  test('what is then refused as existing is known to be there once', async () => {
    server.answers.set('/_search', forbidden);
    server.bulkFaults.push((_, { perform, cut }) => {
      perform();
      cut();
    });
    expect(await write(['a', 'b'])).toEqual({
      delivered: 2,
      duplicate: 0,
      possiblyDuplicate: 0,
      rejected: [],
    });
    expect(server.stored).toEqual(['a', 'b']);
  });
});

describe('while the request of unknown outcome may still be at work', () => {
  const task = (opaqueId: string) => ({ node: 'n', id: 7, headers: { 'X-Opaque-Id': opaqueId } });
  let looks: number;

  /** Stores the document only when its task has been seen at work `polls` times, after a rollover. */
  function storeLate(polls: number): void {
    let left = polls;
    looks = 0;
    server.bulkFaults.push((_, { cut }) => cut());
    server.answers.set('/_tasks', (_, { reply }) => {
      left -= 1;
      if (left === 0) {
        server.indices[0]?.set('a', false);
        server.rollOver();
      }
      reply(200, { tasks: left > 0 ? [task('m365'), task('somebody else')] : [task('somebody else')] });
    });
    server.answers.set('/_search', ({ body }, { perform, reply }) => {
      if (!body.includes('function_score')) looks += 1;
      reply(200, perform());
    });
  }

  test('waits for its end before it looks', async () => {
    storeLate(5);
    expect(await write(['a'])).toMatchObject({ delivered: 1, duplicate: 0 });
    expect(server.stored).toEqual(['a']);
    expect(server.bulks).toHaveLength(1);
    expect(looks).toBe(1);
    expect(server.bulks[0]?.headers['x-opaque-id']).toBe('m365');
  });

  test('waits again after the next unknown outcome', async () => {
    storeLate(3);
    await write(['a']);
    storeLate(3);
    server.indices = [new Map(), new Map()];
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
    expect(server.stored).toEqual(['a']);
    expect(server.bulks).toHaveLength(2);
  });

  test('looks without waiting where the key may not ask', async () => {
    server.answers.set('/_tasks', forbidden);
    server.bulkFaults.push((_, { perform, cut }) => {
      perform();
      server.rollOver();
      cut();
    });
    expect(await write(['a'])).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
    expect(server.stored).toEqual(['a']);
  });
});

describe('a write whose earlier attempt is unknown', () => {
  test('looks before it sends, and calls what it finds duplicates', async () => {
    server.indices = [new Map([['a', false]]), new Map()];
    expect(await write(['a', 'b'], { uncertain: true })).toMatchObject({ delivered: 1, duplicate: 1 });
    expect(server.bulks.map(({ ids }) => ids)).toEqual([['b']]);
  });

  test('sends nothing where everything is there', async () => {
    const ids = numberedIds(7000);
    server.indices = [new Map(ids.map((id) => [id, false])), new Map()];
    expect(await write(ids, { uncertain: true })).toMatchObject({ delivered: 0, duplicate: 7000 });
    expect(server.bulks).toEqual([]);
  });

  test('others in the same request are not looked up', async () => {
    await Promise.all([write(['a']), write(['b'], { uncertain: true })]);
    expect(server.bulks).toHaveLength(1);
    const search = server.seen.findLast(({ path }) => path.endsWith('/_search'));
    expect(JSON.parse(search?.body ?? '').query.bool.should[0].ids.values).toEqual(['b']);
  });
});

describe('raw records, which the pipeline of another names', () => {
  const keys = ['feed:1', 'feed:2', 'beef:1'];
  const writeRaw = (ids: readonly string[], uncertain = false) =>
    made.output.write(makeDocuments(dataStream, ids), { signal: never, uncertain, raw: true });

  /** Names a document by its Id alone, as Elastic's pipeline does. Nothing else tells one without an organization apart. */
  const name = (body: string) => {
    const [owner = '', recordId = ''] = JSON.parse(body).event.id.split(':');
    const organization = { 'organization.id': owner.toUpperCase() };
    return {
      id: `hash of ${recordId}`,
      fields: { 'event.id': recordId, ...(owner !== 'nobody' && organization) },
    };
  };

  test.each(Object.keys(losingAnswers))(
    '%s: they are found by what they say of themselves',
    async (fault) => {
      server.pipeline = name;
      server.bulkFaults.push(losingAnswers[fault] ?? (() => {}));
      expect(await writeRaw(['feed:1', 'feed:2'])).toEqual({
        delivered: 2,
        duplicate: 0,
        possiblyDuplicate: 0,
        rejected: [],
      });
      expect(server.stored).toEqual(['hash of 1', 'hash of 2']);
      expect(server.bulks).toHaveLength(1);
    },
  );

  test('another organization’s record of the same Id is not taken for it', async () => {
    server.pipeline = name;
    await writeRaw(['feed:1', 'feed:2']);
    server.rollOver();
    expect(await writeRaw(keys, true)).toMatchObject({ delivered: 1, duplicate: 2 });
    expect(server.bulks.at(-1)?.ids).toEqual(['beef:1']);
  });

  test('a record that names no organization is found by its Id', async () => {
    server.pipeline = name;
    await writeRaw(['nobody:3']);
    server.rollOver();
    expect(await writeRaw(['nobody:3'], true)).toMatchObject({ delivered: 0, duplicate: 1 });
  });

  test('a record without an Id keeps the name it was sent with, and is found by it', async () => {
    await writeRaw(['h:0123']);
    server.rollOver();
    expect(await writeRaw(['h:0123'], true)).toMatchObject({ delivered: 0, duplicate: 1 });
  });

  test('what its pipeline left half done is found as well', async () => {
    server.pipeline = () => ({
      id: 'hash',
      fields: { 'o365audit.Id': '1', 'o365audit.OrganizationId': 'Feed' },
    });
    await writeRaw(['feed:1']);
    server.rollOver();
    expect(await writeRaw(['feed:1'], true)).toMatchObject({ delivered: 0, duplicate: 1 });
  });

  test('where the key may not look, they are sent again and counted', async () => {
    server.pipeline = name;
    server.answers.set('/_search', forbidden);
    server.bulkFaults.push((_, { perform, cut }) => {
      perform();
      server.rollOver();
      cut();
    });
    expect(await writeRaw(['feed:1'])).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
  });
});

test('a request that never left is repeated without a look', async () => {
  const nobody = await new StandIn().listen();
  const { port } = nobody;
  await nobody.close();
  await open({ hosts: [`http://127.0.0.1:${port}`, server.url] });
  await write(['first']);
  const before = server.seen.length;
  for (const id of ['a', 'b', 'c', 'd']) expect(await write([id])).toMatchObject({ delivered: 1 });
  expect(server.seen.slice(before).map(({ path }) => path)).toEqual(
    new Array(4).fill(`/${dataStream}/_bulk`),
  );
});
