// Reads dashboard files and checks their shape; every problem comes with its file and line.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { type Problem, suggest } from '../../pipelines/language/problem.ts';
import type { DashboardDefinition, DashboardSource, Place } from '../definition.ts';
import { dashboardSchema, kinds, panelSchema } from './schema.ts';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true });
const validateDashboard = ajv.compile<DashboardSource>(dashboardSchema);
const validatePanel = new Map(
  Object.keys(kinds).map((kind): [string, ValidateFunction] => [kind, ajv.compile(panelSchema(kind))]),
);

export interface ReadResult {
  readonly definitions: readonly DashboardDefinition[];
  readonly problems: readonly Problem[];
}

/** All `.yml` files of a folder, in the order the dashboards ask for. */
export function readDashboardFiles(folder: string): ReadResult {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => readDashboard(join(folder, name)));
  return {
    definitions: files
      .flatMap(({ definitions }) => definitions)
      .sort((one, other) => one.content.order - other.content.order),
    problems: files.flatMap(({ problems }) => problems),
  };
}

type ProblemAt = DashboardDefinition['problemAt'];

function readDashboard(path: string): ReadResult {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const file = relative(process.cwd(), path);
  const broken = document.errors.map((error) => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    message: error.message.split('\n', 1)[0] ?? '',
  }));
  if (broken.length > 0) return { definitions: [], problems: broken };
  const problemAt: ProblemAt = (place, message) => ({
    file,
    line: lineOf(document, lines, place),
    message,
  });
  const content: unknown = document.toJS();
  if (!validateDashboard(content))
    return { definitions: [], problems: describeAll(validateDashboard, [], problemAt) };
  const problems = checkPanels(content, problemAt);
  if (problems.length > 0) return { definitions: [], problems };
  return { definitions: [{ id: basename(path, '.yml'), content, problemAt }], problems };
}

function checkPanels({ rows }: DashboardSource, problemAt: ProblemAt): Problem[] {
  return rows.flatMap(({ panels }, row) =>
    panels.flatMap((panel, position) => {
      const validate = validatePanel.get(panel.kind);
      if (validate === undefined || validate(panel)) return [];
      return describeAll(validate, ['rows', row, 'panels', position], problemAt);
    }),
  );
}

/** The line of the deepest part of the place that exists: of its key, where it has one. */
function lineOf(document: Document, lines: LineCounter, place: Place): number {
  for (let length = place.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(place.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === String(place[length - 1]))
      : undefined;
    const node: unknown = pair?.key ?? document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function describeAll(validate: ValidateFunction, above: Place, problemAt: ProblemAt): Problem[] {
  return (validate.errors ?? [])
    .filter(concerns)
    .map((error) => describe(error, [...above, ...placeOf(error)], problemAt));
}

/** Where a text or an object may stand, only the complaints about the one that does stand there help. */
function concerns({ keyword, schemaPath, data }: ErrorObject): boolean {
  if (keyword === 'anyOf') return false;
  if (!schemaPath.includes('/anyOf/')) return true;
  return keyword === 'const' ? typeof data === 'string' : keyword !== 'type';
}

function placeOf({ instancePath }: ErrorObject): Place {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function describe(error: ErrorObject, place: Place, problemAt: ProblemAt): Problem {
  const { keyword, params, data } = error;
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const known = Object.keys(Object(error.parentSchema).properties ?? {});
    return problemAt([...place, name], `unknown key "${name}"${suggest(name, known)}`);
  }
  if (keyword === 'required') return problemAt(place, `"${params.missingProperty}" is missing`);
  if (keyword === 'enum' || keyword === 'const') {
    const known = [params.allowedValues ?? params.allowedValue].flat().map(String);
    return problemAt(place, `unknown value "${data}"${suggest(String(data), known)}`);
  }
  return problemAt(place, `${place.at(-1) ?? 'the file'} ${error.message ?? 'is wrong'}`);
}
