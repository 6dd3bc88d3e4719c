// Comments send a reader to other files by name. What is renamed must not leave them behind.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const folders = '{dashboards,deploy,docs,fields,input,pipelines,test}';

/** Files of an operator, or of an example. */
const invented = ['policy.yml', 'sign-in.yml'];

const files = globSync(['*', '.ci/*', `${folders}/**/*`], { cwd: root }).map((path) => `/${path}`);
const sources = globSync([`${folders}/**/*.{ts,js,wat,painless}`], { cwd: root }).filter(
  (path) => !path.includes('generated'),
);

const comment = /^\s*(?:\/\/|\/?\*|;;)(.*)$/gm;
const fileName = /(?<![\w./<*-])[\w-][\w./-]*\.(?:ts|js|yml|wat|painless|md|hbs)\b(?!\()/g;

function listNames(path: string): string[] {
  const comments = readFileSync(join(root, path), 'utf8').matchAll(comment);
  return [...comments].flatMap(([, text = '']) => text.match(fileName) ?? []);
}

const isThere = (name: string): boolean =>
  files.some((path) => path.endsWith(`/${name.replace(/^\.\//, '')}`));

test('comments name only files that are there', () => {
  const named = sources.flatMap((path) => listNames(path).map((name) => ({ path, name })));
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(({ name }) => !invented.includes(name) && !isThere(name));
  expect(missing).toEqual([]);
});
