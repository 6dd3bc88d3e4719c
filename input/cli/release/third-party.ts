// Writes the licences of everything in the executable that is not this project's.

import { type BundledPackage, readLicenses } from './packages.ts';

const line = '-'.repeat(78);

export function writeThirdParty(packages: readonly BundledPackage[]): string {
  return [introduction(), ...packages.map(describe)].join(`\n\n${line}\n\n`).concat('\n');
}

function introduction(): string {
  const { node } = process.versions;
  return [
    'Licences of what m365 contains.',
    '',
    `The executable is Node.js ${node} with the program in it. Node.js is licensed under the MIT License,`,
    'and contains libraries under licences of their own. All of them stand in the file LICENSE of that version:',
    `https://github.com/nodejs/node/blob/v${node}/LICENSE`,
    '',
    'The packages below are in the executable and in m365.mjs.',
  ].join('\n');
}

function describe(one: BundledPackage): string {
  const { name, version, license } = one;
  const texts = readLicenses(one);
  const title = `${name} ${version} (${license})`;
  return texts.length > 0
    ? [title, ...texts].join('\n\n')
    : `${title}\n\nThe package brings no text of its licence: https://spdx.org/licenses/${license}.html`;
}
