// The workflow and the forms of the repository's host, which nothing else here reads.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the workflow runs all checks, on the oldest Node that the program starts on', () => {
  const { steps } = parse(read('.github/workflows/ci.yml')).jobs.checks;
  const { engines } = JSON.parse(read('package.json'));
  expect(steps).toContainEqual({ run: '.ci/run' });
  const [{ with: node }] = steps.filter(({ uses = '' }: { uses?: string }) =>
    uses.startsWith('actions/setup-node'),
  );
  expect(`>=${node['node-version']}`).toBe(engines.node);
});

interface Question {
  readonly type: string;
  readonly id?: string;
  readonly attributes: {
    readonly label?: string;
    readonly value?: string;
    readonly options?: readonly string[];
  };
}

const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root }).filter(
  (path) => !path.endsWith('config.yml'),
);

describe('a form for issues', () => {
  test('is there for each kind of report', () => {
    expect(forms.length).toBeGreaterThan(2);
  });

  test.each(forms)('%s has what its host asks for', (path) => {
    const { name, description, body }: { name: string; description: string; body: Question[] } = parse(
      read(path),
    );
    expect(name).toMatch(/\w/);
    expect(description).toMatch(/\w/);
    const questions = body.filter(({ type }) => type !== 'markdown');
    expect(questions.length).toBeGreaterThan(0);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    for (const { type, id, attributes } of questions) {
      expect(['textarea', 'input', 'dropdown', 'checkboxes']).toContain(type);
      expect(id).toMatch(/^[\w-]+$/);
      expect(attributes.label).toMatch(/\w/);
      if (type === 'dropdown') expect(attributes.options?.length).toBeGreaterThan(1);
    }
  });
});
