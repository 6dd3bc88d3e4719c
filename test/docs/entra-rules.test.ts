// The page about the logs of Entra says of Elastic's rules what the samples say.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { entraSampleNames, readEntraSample } from '../detections/entra-samples.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'entra.md'), 'utf8');

const now = '2026-11-20T08:00:00Z';

test('it counts the rules, and names each exception with its property', () => {
  // Rules about message trace and Defender have samples beside them.
  const names = entraSampleNames().filter((name) => {
    const { match } = readEntraSample(name, now);
    return match.every(({ dataset }) => dataset.startsWith('azure.'));
  });
  const exceptions = names.flatMap((name) => {
    const { exception } = readEntraSample(name, now);
    return exception === undefined ? [] : [{ name, property: exception.property }];
  });
  expect(page).toContain(`| concern these logs alone | ${names.length} |`);
  expect(page).toContain(`| of these, ask for what Graph does not serve | ${exceptions.length} |`);
  for (const { name, property } of exceptions)
    expect(page).toMatch(new RegExp(`\\(\`${name}\`\\) \\| \`${property}\`:`));
});
