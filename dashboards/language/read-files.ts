// Reads dashboard files and checks their shape, panel by panel.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { datasetPackages } from '../../pipelines/datasets.ts';
import { compiledSchema } from '../../pipelines/json/compiled-schema.ts';
import { type DefinitionProblem, suggest } from '../../pipelines/language/problem.ts';
import { describeErrors, type ProblemAt, readYamlFile } from '../../pipelines/language/yaml-file.ts';
import type { DashboardDefinition, DashboardSource } from '../definition.ts';
import { knownDatasets, ownerOf } from '../packages.ts';
import { dashboardSchema, kinds, panelSchema } from './schema.ts';

const schema = compiledSchema<DashboardSource>(dashboardSchema);
const panelSchemas = new Map(
  Object.keys(kinds).map((kind) => [kind, compiledSchema(panelSchema(kind))] as const),
);

export interface ReadResult {
  readonly definitions: readonly DashboardDefinition[];
  readonly problems: readonly DefinitionProblem[];
}

/** Reads all `.yml` files of a folder, package by package, in the order the dashboards ask for. */
export function readDashboardFiles(folder: string): ReadResult {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => readDashboard(join(folder, name)));
  return {
    definitions: files
      .flatMap(({ definitions }) => definitions)
      .sort(
        (one, other) =>
          datasetPackages.indexOf(one.package) - datasetPackages.indexOf(other.package) ||
          one.content.order - other.content.order,
      ),
    problems: files.flatMap(({ problems }) => problems),
  };
}

function readDashboard(path: string): ReadResult {
  const file = readYamlFile(path, schema());
  if (file.content === undefined) return { definitions: [], problems: file.problems };
  const { content, problemAt } = file;
  const problems = [...checkDatasets(content, problemAt), ...checkPanels(content, problemAt)];
  const owner = ownerOf(content.datasets[0] ?? '');
  if (problems.length > 0 || owner === undefined) return { definitions: [], problems };
  return { definitions: [{ id: basename(path, '.yml'), package: owner, content, problemAt }], problems };
}

/** All are known, and of the package of the first. */
function checkDatasets({ datasets }: DashboardSource, problemAt: ProblemAt): DefinitionProblem[] {
  const [first = ''] = datasets;
  const owner = ownerOf(first);
  return datasets.flatMap((name, position) => {
    const own = ownerOf(name);
    if (own === undefined)
      return [problemAt(['datasets', position], `unknown dataset "${name}"${suggest(name, knownDatasets)}`)];
    if (owner === undefined || own === owner) return [];
    const message = `"${name}" is of the package ${own}, and "${first}" of ${owner}`;
    return [problemAt(['datasets', position], message)];
  });
}

function checkPanels({ rows }: DashboardSource, problemAt: ProblemAt): DefinitionProblem[] {
  return rows.flatMap(({ panels }, row) =>
    panels.flatMap((panel, position) => {
      const validate = panelSchemas.get(panel.kind)?.();
      if (validate === undefined || validate(panel)) return [];
      return describeErrors(validate, ['rows', row, 'panels', position], problemAt);
    }),
  );
}
