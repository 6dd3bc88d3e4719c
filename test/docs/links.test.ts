// Holds the pages for people to the repository: links lead somewhere, paths exist, and the index reaches every page.

import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const index = 'docs/README.md';

const folders = [
  '.ci',
  '.github',
  'dashboards',
  'deploy',
  'docs',
  'fields',
  'img',
  'input',
  'pipelines',
  'test',
];
/** A path from the root of the repository, wherever it stands in code. */
const repositoryPath = new RegExp(
  String.raw`(?<![\w./~-])(?:${folders.map((name) => name.replace('.', String.raw`\.`)).join('|')})/[^\s"'()|,;:]*`,
  'g',
);
/** Pages beside code name their neighbours by file name alone. */
const besideCode = /^(?:dashboards|fields|input|pipelines|test)\//;
const fileName = /^[\w./-]+\.(?:ts|js|yml|md|wat|painless)$/;
const folderName = /^[a-z][\w-]*(?:\/[\w-]+)*\/$/;

interface Page {
  readonly path: string;
  /** Without what stands in code. */
  readonly prose: string;
  /** What stands in code, in blocks and in lines. */
  readonly blocks: readonly string[];
  readonly spans: readonly string[];
  /** Beginnings of paths that an example makes up, as the page says in a comment: `<!-- invented: PATH PATH -->`. */
  readonly invented: readonly string[];
}

function readPage(path: string): Page {
  const written = readFileSync(join(root, path), 'utf8');
  const text = written.replaceAll(/<!--[\s\S]*?-->/g, '');
  const block = /^ *```[\s\S]*?^ *```/gm;
  const outside = text.replaceAll(block, '');
  const span = /`[^`\n]+`/g;
  return {
    path,
    prose: outside.replaceAll(span, 'code'),
    blocks: text.match(block) ?? [],
    spans: (outside.match(span) ?? []).map((code) => code.slice(1, -1)),
    invented: [...written.matchAll(/<!-- invented: (.*?) -->/g)].flatMap(([, paths = '']) =>
      paths.split(' '),
    ),
  };
}

const pages = globSync(['*.md', '{.github,dashboards,deploy,docs,fields,input,pipelines,test}/**/*.md'], {
  cwd: root,
}).map(readPage);

interface Link {
  readonly page: string;
  readonly target: string;
  /** From the root of the repository; a folder stands for the page that is shown with it. */
  readonly path: string;
  readonly anchor: string | undefined;
}

function listLinks({ path: page, prose }: Page): Link[] {
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#', 2);
      const path = file === '' ? page : normalize(join(dirname(page), file));
      return { page, target, path: isFolder(path) ? join(path, 'README.md') : path, anchor };
    });
}

const isFolder = (path: string): boolean =>
  existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();

/** As the hosts of repositories make them from headings. */
function listAnchors({ path }: Page): Set<string> {
  const headings = readFileSync(join(root, path), 'utf8').matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const leadsNowhere = ({ path, anchor }: Link): boolean => {
  if (!existsSync(join(root, path))) return true;
  const page = pages.find((each) => each.path === path);
  return anchor !== undefined && page !== undefined && !listAnchors(page).has(anchor);
};

/** A name in capitals, in angle brackets or with an ellipsis stands for any: what comes before it has to be there. */
const standsForAny = (part: string): boolean => /[<>…$]|^(?!README)[A-Z_]+(?:\.|$)/.test(part);

function exists(path: string): boolean {
  const parts = path.replace(/[.)]+$/, '').split('/');
  const open = parts.findIndex(standsForAny);
  const known = (open === -1 ? parts : parts.slice(0, open)).join('/').replace(/\/$/, '');
  // Tests are chosen by the beginning of their path.
  const pattern = known.startsWith('test/') && open === -1 ? `${known}*` : known;
  return globSync(pattern, { cwd: root }).length > 0;
}

function listPaths({ blocks, spans, invented }: Page): string[] {
  return [...blocks, ...spans]
    .flatMap((code) => code.match(repositoryPath) ?? [])
    .filter((path) => !invented.some((beginning) => path.startsWith(beginning)));
}

/** A page stands for its folder and what is below it. */
function isNeighbour(name: string, page: string): boolean {
  return globSync(`${dirname(page)}/**/${name}`, { cwd: root }).length > 0 || existsSync(join(root, name));
}

function reach(from: string): Set<string> {
  const reached = new Set([from]);
  for (const path of reached) {
    const page = pages.find((each) => each.path === path);
    for (const link of page === undefined ? [] : listLinks(page)) reached.add(link.path);
  }
  return reached;
}

describe('the pages for people', () => {
  test('are found at all', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap(listLinks).length).toBeGreaterThan(20);
    expect(pages.flatMap(listPaths).length).toBeGreaterThan(20);
  });

  test('link only to what is there', () => {
    const broken = pages.flatMap(listLinks).filter(leadsNowhere);
    expect(broken.map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
  });

  test('name only paths of the repository that are there', () => {
    const missing = pages.flatMap((page) =>
      listPaths(page)
        .filter((path) => !exists(path))
        .map((path) => `${page.path}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test('name only files and folders beside or below them that are there', () => {
    const names = (span: string) => fileName.test(span) || folderName.test(span);
    const missing = pages
      .filter(({ path }) => besideCode.test(path))
      .flatMap(({ path, spans }) =>
        spans
          .filter((span) => names(span) && !isNeighbour(span.replace(/\/$/, ''), path))
          .map((span) => `${path}: ${span}`),
      );
    expect(missing).toEqual([]);
  });

  test('are all reached from the index', () => {
    const reached = reach(index);
    const hidden = pages.filter(({ path }) => !path.startsWith('.github/') && !reached.has(path));
    expect(hidden.map(({ path }) => path)).toEqual([]);
  });

  test('stand in every folder that people open first', () => {
    const open = ['', 'dashboards', 'deploy', 'docs', 'fields', 'input', 'pipelines', 'test'];
    const silent = open.filter((folder) => !pages.some(({ path }) => path === join(folder, 'README.md')));
    expect(silent).toEqual([]);
    expect(pages.filter(({ path }) => basename(path) === 'README.md').length).toBeGreaterThan(open.length);
  });
});
