import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../input/contract/clock.ts';
import { makeDocuments, never, numberedIds } from './harness.ts';
import { dataStream, made, open, server, write } from './opened-output.ts';

const error = (type: string, reason: string) => ({ error: { type, reason } });

describe('an answer that says no', () => {
  test.each([429, 502, 503, 504])('%i for the whole request: it is sent again', async (status) => {
    server.bulkFaults.push((_, { reply }) => reply(status, error('es_rejected_execution_exception', 'full')));
    expect(await write(['a', 'b'])).toEqual({
      delivered: 2,
      duplicate: 0,
      possiblyDuplicate: 0,
      rejected: [],
    });
    expect(server.bulks).toHaveLength(2);
    expect(made.reports.map(({ health }) => health)).toEqual(['degraded', 'healthy']);
  });

  test('waits as long as Retry-After asks', async () => {
    const started = Date.now();
    server.bulkFaults.push((_, { reply }) => reply(429, '', { 'retry-after': '1' }));
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
  });

  test('sends only those documents again that were not taken', async () => {
    let refusals = 2;
    server.judgeItem = (id) =>
      id === 'b' && refusals-- > 0
        ? { status: 429, ...error('es_rejected_execution_exception', 'queue full') }
        : undefined;
    expect(await write(['a', 'b', 'c'])).toMatchObject({ delivered: 3, duplicate: 0 });
    expect(server.bulks.map(({ ids }) => ids)).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
  });

  test('a bad key is named with its mending, and a renewed one is taken up', async () => {
    let key = 'id:old';
    await open({ apiKey: async () => key });
    server.answers.set('/_bulk', ({ headers }, { perform, reply }) => {
      if (headers.authorization === `ApiKey ${Buffer.from('id:new').toString('base64')}`)
        return reply(200, perform());
      key = 'id:new';
      return reply(401, error('security_exception', 'unable to authenticate'));
    });
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
    expect(made.log.lines[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('valid api_key'),
    });
    expect(made.log.lines[0]?.message).not.toContain('id:old');
  });

  test('the same trouble is said once, however often it is met', async () => {
    let refusals = 5;
    server.answers.set('/_bulk', (_, { perform, reply }) =>
      refusals-- > 0 ? reply(429, '') : reply(200, perform()),
    );
    await write(['a']);
    expect(made.log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(made.log.lines[1]?.message).toContain('takes documents again');
  });

  test('a missing privilege is named, and nothing is dropped', async () => {
    let refusals = 1;
    server.judgeItem = () =>
      refusals-- > 0
        ? { status: 403, ...error('security_exception', 'action [x] is unauthorized') }
        : undefined;
    expect(await write(['a'])).toMatchObject({ delivered: 1, rejected: [] });
    expect(made.reports[0]).toMatchObject({ health: 'degraded', code: 'elasticsearch-privilege' });
  });

  test.each([
    [404, 'index_not_found_exception', 'no such index [x]', 'm365 setup'],
    [400, 'illegal_argument_exception', 'pipeline with id [x] does not exist', 'm365 setup'],
    [
      500,
      'illegal_state_exception',
      'Pipeline processor configured for non-existent pipeline [x]',
      'm365 setup',
    ],
    [400, 'validation_exception', 'this action would add [2] shards', 'max_shards_per_node'],
    [403, 'cluster_block_exception', 'index [x] blocked', 'free disk space'],
    [429, 'cluster_block_exception', 'flood-stage watermark', 'free disk space'],
  ])('%i %s is waited out, not held against the document', async (status, type, reason, advice) => {
    let refusals = 1;
    server.judgeItem = () => (refusals-- > 0 ? { status, ...error(type, reason) } : undefined);
    expect(await write(['a'])).toMatchObject({ delivered: 1, rejected: [] });
    expect(made.log.lines[0]).toMatchObject({ level: 'error', message: expect.stringContaining(advice) });
  });

  test('a document that the mapping refuses is handed back with the innermost reason', async () => {
    server.judgeItem = (id) =>
      id === 'b'
        ? {
            status: 400,
            error: {
              type: 'document_parsing_exception',
              reason: 'failed to parse field [x]',
              caused_by: { type: 'illegal_argument_exception', reason: 'not a number' },
            },
          }
        : undefined;
    expect(await write(['a', 'b', 'c'])).toEqual({
      delivered: 2,
      duplicate: 0,
      possiblyDuplicate: 0,
      rejected: [
        { index: 1, type: 'document_parsing_exception', reason: 'failed to parse field [x] (not a number)' },
      ],
    });
  });

  test('a document in the failure store counts as refused', async () => {
    server.judgeItem = () => ({ status: 201, failure_store: 'used' });
    expect(await write(['a'])).toMatchObject({ delivered: 0, rejected: [{ type: 'failure_store' }] });
  });

  test('a document on which Elasticsearch itself fails holds nothing up and is refused in the end', async () => {
    server.judgeItem = (id) =>
      id === 'poison' ? { status: 500, ...error('null_pointer_exception', 'oops') } : undefined;
    const poisoned = write(['poison', 'a']);
    let done = false;
    void poisoned.then(() => {
      done = true;
    });
    for (let count = 0; !done; count += 1) await write([`b${count}`]);
    expect(await poisoned).toMatchObject({
      delivered: 1,
      rejected: [{ index: 0, type: 'null_pointer_exception', reason: 'oops' }],
    });
  });
});

describe('documents on which Elasticsearch itself fails, with nothing else to send', () => {
  const fail = { status: 500, ...error('null_pointer_exception', 'oops') };

  test('are refused in the end, and the data stream is not said to take documents', async () => {
    server.judgeItem = () => fail;
    await open({ backoffMostMs: 10 });
    expect(await write(['a', 'b'])).toMatchObject({
      delivered: 0,
      rejected: [
        { index: 0, type: 'null_pointer_exception', reason: 'oops' },
        { index: 1, type: 'null_pointer_exception', reason: 'oops' },
      ],
    });
    expect(made.log.lines.some(({ message }) => message.includes('takes documents again'))).toBe(false);
    expect(server.bulks).toHaveLength(8);
  });

  test('of which one is taken in time, is delivered', async () => {
    let failures = 7;
    server.judgeItem = () => (failures-- > 0 ? fail : undefined);
    await open({ backoffMostMs: 10 });
    expect(await write(['a'])).toMatchObject({ delivered: 1, rejected: [] });
  });
});

describe('in a run that collects once', () => {
  const openOnce = () => open({ backoffMostMs: 10 }, { mayWait: false });

  test.each([
    [401, 'security_exception', 3],
    [403, 'cluster_block_exception', 3],
    [503, 'unavailable_shards_exception', 8],
  ])('%i %s for good ends the write, after some tries', async (status, type, tries) => {
    await openOnce();
    server.answers.set('/_bulk', (_, { reply }) => reply(status, error(type, 'no')));
    await expect(write(['a'])).rejects.toMatchObject({
      advice: expect.stringContaining(`It was tried ${tries} times; a run that collects once ends then.`),
    });
    expect(server.bulks).toHaveLength(tries);
  });

  test('documents that are refused one after the other are no reason to end', async () => {
    await openOnce();
    server.judgeItem = () => ({ status: 500, ...error('null_pointer_exception', 'oops') });
    const reports = await Promise.all([write(['a']), write(['b'])]);
    expect(reports.flatMap(({ rejected }) => rejected)).toHaveLength(2);
    server.judgeItem = () => undefined;
    expect(await write(['c'])).toMatchObject({ delivered: 1 });
  });

  test('documents that are refused in requests that went together are no reason to end', async () => {
    await open({ backoffMostMs: 10, bulkMaxBytes: 200, workers: 2 }, { mayWait: false });
    server.judgeItem = () => ({ status: 500, ...error('null_pointer_exception', 'oops') });
    const { rejected } = await write(['a', 'b', 'c', 'd']);
    expect(rejected).toHaveLength(4);
  });
});

describe('an error that nobody foresaw while documents are on their way', () => {
  test('ends the writes that wait, not the process, and the next one goes through', async () => {
    let broken = true;
    const report = () => {
      if (broken) throw new TypeError('nobody foresaw this');
    };
    await open({ bulkMaxBytes: 200 }, { telemetry: { report } });
    server.bulkFaults.push((_, { reply }) => reply(429, ''));
    const writes = await Promise.allSettled([write(['a', 'b', 'c', 'd']), write(['e'])]);
    expect(writes.map(({ status }) => status)).toContain('rejected');
    expect(writes.filter(({ status }) => status === 'rejected')[0]).toMatchObject({
      reason: new TypeError('nobody foresaw this'),
    });
    broken = false;
    expect(await write(['f'])).toMatchObject({ delivered: 1 });
  });

  test('also where it comes up between two requests', async () => {
    const broken = { random: () => 0.5, clock: { ...systemClock } };
    await open({}, broken);
    broken.clock.now = () => {
      throw new TypeError('nobody foresaw this');
    };
    await expect(write(['a'])).rejects.toThrow('nobody foresaw this');
    broken.clock.now = systemClock.now;
    expect(await write(['b'])).toMatchObject({ delivered: 1 });
  });
});

describe('the template of the data stream', () => {
  const followed = (template: string | undefined) =>
    server.answers.set(dataStream, (_, { reply }) => reply(200, { data_streams: [{ template }] }));

  test('documents wait while it is the generic one, and go once setup has taken over', async () => {
    followed('logs');
    const waiting = write(['a']);
    while (made.log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(made.log.lines[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('setup --take-over'),
    });
    expect(server.bulks).toEqual([]);
    followed('logs-o365.audit');
    expect(await waiting).toMatchObject({ delivered: 1, rejected: [] });
  });

  test('raw records wait for the package that maps them', async () => {
    followed('logs');
    const raw = { signal: never, uncertain: false, raw: true };
    const waiting = made.output.write(makeDocuments(dataStream, ['a']), raw);
    while (made.log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(made.log.lines[0]?.message).toMatch(/nobody maps what comes.*Install the package that does/);
    followed('logs-o365.audit');
    expect(await waiting).toMatchObject({ delivered: 1, rejected: [] });
  });

  const owned = (packageName: string, more: object = {}) => ({
    data_streams: [{ template: 'logs-o365.audit', _meta: { package: { name: packageName } }, ...more }],
  });
  const follow = (answer: object) => server.answers.set(dataStream, (_, { reply }) => reply(200, answer));
  const firstLine = async () => {
    while (made.log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return made.log.lines[0];
  };

  test('mapped documents wait while it is of another package, and go once it is ours', async () => {
    follow(owned('o365'));
    const waiting = write(['a']);
    expect(await firstLine()).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/of the package "o365".*"documents: raw".*setup --take-over/),
    });
    expect(server.bulks).toEqual([]);
    follow({ data_streams: [{ template: 'logs-o365.audit', _meta: { managed_by: 'm365' } }] });
    expect(await waiting).toMatchObject({ delivered: 1, rejected: [] });
  });

  test.each([
    ['our package, as Kibana installs it', owned('m365')],
    ['one that somebody wrote', { data_streams: [{ template: 'mine' }] }],
    ['told to nobody', { data_streams: [{}] }],
  ])('mapped documents go where it is %s', async (_, answer) => {
    follow(answer);
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
  });

  test('raw records go where it is of the package that maps them', async () => {
    follow(owned('o365'));
    const raw = { signal: never, uncertain: false, raw: true };
    const documents = makeDocuments(dataStream, ['a']);
    expect(await made.output.write(documents, raw)).toMatchObject({ delivered: 1 });
  });

  test.each([
    ['wait', false, 0],
    ['go', true, 1],
  ])(
    'documents %s where another package made the write index and the next one makes a new one: %s',
    async (_, rollsOver, sent) => {
      const indices = [{ index_name: '.ds-old' }, { index_name: '.ds-new' }];
      follow(owned('m365', { rollover_on_write: rollsOver, indices }));
      server.answers.set('/.ds-new/_mapping', (_, { reply }) =>
        reply(200, { '.ds-new': { mappings: { _meta: { package: { name: 'o365' } } } } }),
      );
      const waiting = write(['a']);
      if (sent === 0) expect((await firstLine())?.message).toContain('follows .ds-new of the package "o365"');
      else expect(await waiting).toMatchObject({ delivered: 1 });
      expect(server.bulks).toHaveLength(sent);
      follow(owned('m365'));
      await waiting;
    },
  );

  test('is looked up among all of them where the data stream is not there yet', async () => {
    server.answers.set(dataStream, (_, { reply }) => reply(404, {}));
    const templates = (owner: object) =>
      server.answers.set('/_index_template', (_, { reply }) => {
        const index_patterns = ['logs-*'];
        const generic = { name: 'logs', index_template: { index_patterns, priority: 100 } };
        const package_ = { index_patterns, priority: 200, _meta: owner };
        reply(200, { index_templates: [generic, { name: 'special', index_template: package_ }] });
      });
    templates({ package: { name: 'o365' } });
    const waiting = write(['a']);
    expect((await firstLine())?.message).toContain('follows special of the package "o365"');
    expect(server.bulks).toEqual([]);
    templates({ managed_by: 'm365' });
    expect(await waiting).toMatchObject({ delivered: 1 });
  });

  test('where templates may not be read, the data stream is made first, and tells', async () => {
    server.answers.set('/_index_template', (_, { reply }) => reply(403, error('security_exception', 'no')));
    server.answers.set(dataStream, (_, { reply }) => reply(404, {}));
    server.bulkFaults.push(({ body }, { reply }) => {
      expect(body).toBe('{"index":{"_id":"m365","pipeline":"_none"}}\n{}\n');
      follow(owned('o365'));
      reply(200, { errors: true, items: [{ index: { status: 400 } }] });
    });
    const waiting = write(['a']);
    expect((await firstLine())?.message).toContain('of the package "o365"');
    expect(server.bulks).toHaveLength(1);
    follow(owned('m365'));
    expect(await waiting).toMatchObject({ delivered: 1 });
  });

  test('is asked for once, and again as long as the data stream is not there', async () => {
    const asked = () => server.seen.filter(({ path }) => path.endsWith(dataStream)).length;
    server.answers.set(dataStream, (_, { reply }) => reply(404, {}));
    await write(['a']);
    await write(['b']);
    expect(asked()).toBe(2);
    followed('logs-o365.audit');
    await write(['c']);
    await write(['d']);
    expect(asked()).toBe(3);
  });

  test('does not matter where the key may not ask', async () => {
    server.answers.set(dataStream, (_, { reply }) => reply(403, error('security_exception', 'no')));
    expect(await write(['a'])).toMatchObject({ delivered: 1 });
  });
});

describe('a request that is too much', () => {
  test('is halved until it passes, and stays smaller', async () => {
    server.answers.set('/_bulk', ({ body }, { perform, reply }) =>
      body.length > 4000
        ? reply(413, '<html>too large</html>', { 'content-type': 'text/html' })
        : reply(200, perform()),
    );
    const ids = numberedIds(100);
    expect(await write(ids)).toMatchObject({ delivered: 100, rejected: [] });
    expect(server.stored).toEqual(ids);
    const before = server.bulks.length;
    await write(numberedIds(100, 'more'));
    expect(server.bulks.slice(before).every(({ body }) => body.length < 8000)).toBe(true);
    expect(made.log.lines[0]?.message).toContain('bulk_max_bytes');
  });

  test('a single document that is too large is refused, the others pass', async () => {
    server.answers.set('/_bulk', ({ body }, { perform, reply }) =>
      body.length > 1000 ? reply(413, '') : reply(200, perform()),
    );
    const documents = [
      ...makeDocuments(dataStream, ['a']),
      ...makeDocuments(dataStream, ['large'], { message: 'x'.repeat(2000) }),
      ...makeDocuments(dataStream, ['b', 'c']),
    ];
    expect(await made.output.write(documents, { signal: never, uncertain: false })).toMatchObject({
      delivered: 3,
      rejected: [{ index: 1, type: 'http-413' }],
    });
  });

  test('one document that spoils the whole request is found and refused', async () => {
    server.answers.set('/_bulk', ({ ids }, { perform, reply }) =>
      ids.includes('spoilt')
        ? reply(400, error('action_request_validation_exception', 'Validation Failed: 1: id is too long'))
        : reply(200, perform()),
    );
    expect(await write(['a', 'b', 'spoilt', 'c', 'd'])).toMatchObject({
      delivered: 4,
      duplicate: 0,
      rejected: [{ index: 2, type: 'action_request_validation_exception' }],
    });
  });
});
