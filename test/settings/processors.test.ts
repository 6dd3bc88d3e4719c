import { describe, expect, test } from '@jest/globals';
import { PolicyError } from '../../input/options/problems.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';

/** A policy whose input and stream have these processors, in the flow style of YAML. */
const parse = (stream: string, input = '[]', more = '') =>
  parsePolicy(
    [
      'outputs: {default: {type: console}}',
      'inputs:',
      '  - type: m365',
      `    processors: ${input}`,
      ...(more === '' ? [] : [`    ${more}`]),
      '    streams:',
      '      - tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
      '        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
      '        client_secret: a-secret-value',
      '        tags: [own]',
      `        processors: ${stream}`,
    ].join('\n'),
    'p.yml',
  );
const mappingOf = (...given: Parameters<typeof parse>) => parse(...given).streams[0]?.mapping;
const problemsOf = (...given: Parameters<typeof parse>) => {
  try {
    parse(...given);
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return '';
};

describe('processors of a policy', () => {
  test('that only add constants come to constants, those of the input first', () => {
    const tags = "[{add_fields: {target: '', fields: {team: blue, site: a}}}, {add_tags: {tags: [fleet]}}]";
    const own = '[{add_fields: {fields: {site: b}}}, {add_fields: {target: labels, fields: {x: [1, two]}}}]';
    expect(mappingOf(own, tags, 'tags: [of-input]')).toMatchObject({
      fields: { team: 'blue', site: 'a', 'fields.site': 'b', 'labels.x': [1, 'two'] },
      tags: ['of-input', 'own', 'fleet'],
    });
    expect(mappingOf(own, tags)).not.toHaveProperty('processors');
  });

  test('that look at a document keep their order', () => {
    const text = `
      - add_tags: {tags: [t]}
      - drop_event: {when: {equals: {event.action: FileSynced}}}
      - add_fields: {target: labels, fields: {late: true}}
      - rename: {fields: [{from: a, to: b}], ignore_missing: true}
      - copy_fields: {fields: [{from: a, to: b}], fail_on_error: false}
      - drop_fields: {fields: [a.b], ignore_missing: true, when: {has_fields: [x]}}
      - add_tags: {tags: [u], target: labels.tags}`.replaceAll('\n      ', '\n          ');
    expect(mappingOf(text)).toMatchObject({
      tags: ['own', 't'],
      fields: {},
      processors: [
        { kind: 'drop_event', when: { kind: 'equals', fields: { 'event.action': 'FileSynced' } } },
        { kind: 'add_fields', fields: { 'labels.late': true } },
        { kind: 'rename', pairs: [{ from: 'a', to: 'b' }], ignoreMissing: true, failOnError: true },
        { kind: 'copy_fields', ignoreMissing: false, failOnError: false },
        { kind: 'drop_fields', names: ['a.b'], when: { kind: 'has_fields', fields: ['x'] } },
        { kind: 'add_tags', tags: ['u'], target: 'labels.tags' },
      ],
    });
  });

  test.each([
    ['equals: {event: {severity: 3}, a: x}', { kind: 'equals', fields: { 'event.severity': 3, a: 'x' } }],
    ['range: {a.b.gte: 1, a.b: {lt: 5}}', { kind: 'range', fields: { 'a.b': { gte: 1, lt: 5 } } }],
    ['network: {ip: private}', { kind: 'network', fields: { ip: ['private'] } }],
    ['network: {ip: [private, 10.0.0.0/8]}', { kind: 'network', fields: { ip: ['private', '10.0.0.0/8'] } }],
    [
      'or: [{not: {contains: {a: x}}}, {regexp: {b: "^y"}}]',
      {
        kind: 'or',
        conditions: [
          { kind: 'not', condition: { kind: 'contains', fields: { a: 'x' } } },
          { kind: 'regexp', fields: { b: '^y' } },
        ],
      },
    ],
  ])('the condition %s', (text, when) => {
    expect(mappingOf(`[{drop_event: {when: {${text}}}}]`)?.processors).toEqual([
      { kind: 'drop_event', when },
    ]);
  });

  test.each([
    ['dissect: {}', /the processor dissect is not supported .*logs-<dataset>@custom/],
    [
      'add_host_metadata: {}',
      /add_host_metadata is not supported .*agent\.name is the machine that collects/,
    ],
    ['drop_events: {}', /did you mean "drop_event"\?/],
    ['drop_event: {}', /drop_event: it needs a condition/],
    ['drop_event: {when: {equal: {a: 1}}}', /unknown condition "equal"; did you mean "equals"\?/],
    ['drop_event: {when: {equals: {a: 1}, has_fields: [b]}}', /join several with and/],
    ['drop_event: {when: {equals: {a: 1.5, b: [1]}}}', /equals compares with text, .*, not \[1\] for b/],
    ['drop_event: {when: {regexp: {a: "("}}}', /regexp takes regular expressions, not "\(" for a/],
    ['drop_event: {when: {range: {a: 5}}}', /range takes gte, gt, lte, lt with a number/],
    [
      'drop_event: {when: {network: {a: home}}}',
      /network takes ranges such as 192\.0\.2\.0\/24, or loopback, /,
    ],
    ['drop_event: {when: {and: []}}', /and takes a list of conditions/],
    ['add_fields: {field: {a: 1}}', /unknown setting "field"; did you mean "fields"\?/],
    ['add_fields: {fields: {a: null}}', /fields\.a must be text, a number/],
    ["add_fields: {target: '', fields: {data_stream.dataset: x}}", /data_stream stays as it is/],
    ['drop_fields: {fields: [event]}', /event\.id stays as it is: a document is found by it/],
    ['drop_fields: {fields: ["/^a/"]}', /write the names of the fields/],
    ['rename: {fields: [{from: organization.id, to: x}]}', /organization\.id stays as it is/],
    ['copy_fields: {fields: [{from: a}]}', /a list of maps with `from` and `to`/],
    ['{if: {equals: {a: 1}}, then: [{drop_event: {}}]}', /write the condition of if as "when"/],
  ])('%s is refused', (processor, message) => {
    const item = processor.startsWith('{') ? processor : `{${processor}}`;
    expect(problemsOf(`[${item}]`)).toMatch(message);
  });

  test('of raw documents leave the record alone', () => {
    const drop = '[{drop_fields: {fields: [o365audit.ClientIP]}}]\n        documents: raw';
    expect(problemsOf(drop)).toMatch(/drop_fields cannot change o365audit\.ClientIP: with documents: raw/);
  });
});

test('host fields that were asked for are noted as not used', () => {
  const { notes } = parse('[]', '[]', 'publisher_pipeline.disable_host: false');
  expect(notes).toEqual([
    expect.stringMatching(/^p\.yml:5:38: publisher_pipeline\.disable_host is not used: /),
  ]);
  expect(parse('[]', '[]', 'publisher_pipeline.disable_host: true').notes).toEqual([]);
});
