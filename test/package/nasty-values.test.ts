// Whatever is typed into the form of the package arrives at the input as it was typed, or Kibana refuses it.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { optionsOf } from '../sources/management-activity/options-of.ts';
import { type FleetVersion, fleetVersions } from './fleet/compile-template.ts';
import {
  type Entered,
  type FleetPackage,
  makeAgentInputs,
  makePackagePolicy,
  openPackage,
  validatePackagePolicy,
} from './fleet/package-policy.ts';
import { readAsUnits } from './fleet/read-agent-inputs.ts';

const required = {
  tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  client_id: '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901',
};
const processors = '- add_fields:\n    target: ""\n    fields: {labels.team: "blue"}\n';

const texts = [
  'quote \' and " and ` and \\',
  'one " quote',
  'ends in \\',
  'ends in a quote "',
  '\\"',
  '""" three',
  '# no comment',
  'a #comment',
  'a # "comment',
  'colon: space',
  'ends in a colon:',
  '- dash',
  '? question',
  '! bang',
  '!!str tag',
  '*star',
  '&ampersand',
  '%percent',
  '| pipe',
  '> greater',
  '@at',
  '`tick`',
  '[1, 2',
  '{a: 1',
  'a, b] }',
  '{{mustache}} {{{more}}}',
  '{{#if x}}',
  '$dollar $1 $& $$',
  'true',
  'no',
  'null',
  '~',
  '007',
  '1e3',
  '0x1F',
  '12345678901234567890',
  '1_000',
  '12:30:45',
  '2026-01-01',
  '.inf',
  '<<',
  '=',
  'ünïcödé 🔑 \u00a0 \u200b \ufeff',
  'right\u202eto left',
  '##client_secret##',
  '"##processors##"',
  '<script>&amp;</script>',
  ' blanks around ',
  'a\ttab',
  '---',
  '...',
  'x'.repeat(5000),
];

let pack: FleetPackage;
beforeAll(() => {
  pack = openPackage(buildPackage().built);
});

/** What the input reads; undefined where Kibana refuses it. */
function read(entered: Entered, version: FleetVersion) {
  const policy = makePackagePolicy(pack, entered);
  if (validatePackagePolicy(pack, policy).length > 0) return undefined;
  const { streams, units, notes } = readAsUnits(makeAgentInputs(pack, policy, { version }));
  expect([notes, units.map(({ error }) => error?.message)]).toEqual([[], [undefined, undefined]]);
  const [stream] = streams;
  if (!stream) throw new Error('no stream');
  return stream;
}

describe.each(fleetVersions)('Fleet %s', (version) => {
  test.each(texts)('hands over the secret %j', async (secret) => {
    const audit = { processors };
    const stream = read({ package: { ...required, client_secret: secret }, streams: { audit } }, version);
    expect(await optionsOf(stream?.source ?? raise()).clientSecret?.()).toBe(secret);
    expect(stream?.mapping.fields).toEqual({ 'labels.team': 'blue' });
  });

  test.each(texts)('hands over the name and the tag %j, or refuses them', (text) => {
    const shared = { ...required, client_secret: 'one " quote', tenant_name: text };
    const stream = read(
      { package: shared, streams: { audit: { tags: [text, 'last'], processors } } },
      version,
    );
    if (/^[*&]/.test(text)) expect(stream).toBeUndefined();
    else expect(stream?.mapping).toMatchObject({ tenantName: text, tags: [text, 'last'] });
  });

  const line = '-----BEGIN CERTIFICATE-----';
  test.each([
    `${line}\nMIIB+TCCAWKgAwIBAgI=\n-----END CERTIFICATE-----`,
    `${line}\n\nwith an empty line\n`,
    `${line}\nquote " and ' and \\ and \\n\n# no comment\n- dash\nkey: value`,
    `${line}\n"two"\n"quotes"`,
  ])('keeps the lines of the text %j', async (pem) => {
    const shared = { ...required, certificate: pem, 'ssl.certificate_authorities': pem };
    const stream = read({ package: shared, streams: { audit: { processors } } }, version);
    const { certificate, transport } = optionsOf(stream?.source ?? raise());
    // Kibana 8.18 makes several empty lines of one, which is the same to whoever reads a PEM.
    const same = version === '8.18' ? pem.replaceAll('\n\n', '\n\n\n') : pem;
    expect((await certificate?.())?.pem).toBe(same);
    expect(transport?.certificateAuthorities).toEqual([same]);
  });

  test.each([
    ['interval', 'often'],
    ['cloud', 'azure'],
    ['management_url', 'ftp://host'],
    ['requests_per_minute', 'many'],
    ['requests_per_minute', '1.5'],
    ['content_types', 'Audit.General'],
    ['processors', '- [a'],
  ])('never hands over the %s %j', (name, value) => {
    const shared = { ...required, client_secret: 'x', ...(name === 'cloud' && { cloud: value }) };
    const policy = makePackagePolicy(pack, { package: shared, streams: { audit: { [name]: value } } });
    if (validatePackagePolicy(pack, policy).length > 0) return;
    // Kibana knows no durations here: the input says what is wrong with one.
    const { units } = readAsUnits(makeAgentInputs(pack, policy, { version }));
    expect(units.at(-1)?.error?.message).toContain(name);
  });

  test.each(['17', ' 17 ', '+17', '17.0', '1.7e1'])('takes the number %j as 17', (value) => {
    const audit = { requests_per_minute: value };
    const stream = read({ package: { ...required, client_secret: 'x' }, streams: { audit } }, version);
    expect(optionsOf(stream?.source ?? raise()).requestsPerMinute).toBe(17);
  });
});

function raise(): never {
  throw new Error('Kibana refused it');
}
