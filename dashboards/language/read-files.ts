// Reads dashboard files and checks their shape, panel by panel.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compiledSchema } from '../../pipelines/json/compiled-schema.ts';
import type { DefinitionProblem } from '../../pipelines/language/problem.ts';
import { describeErrors, type ProblemAt, readYamlFile } from '../../pipelines/language/yaml-file.ts';
import type { DashboardDefinition, DashboardSource } from '../definition.ts';
import { dashboardSchema, kinds, panelSchema } from './schema.ts';

const schema = compiledSchema<DashboardSource>(dashboardSchema);
const panelSchemas = new Map(
  Object.keys(kinds).map((kind) => [kind, compiledSchema(panelSchema(kind))] as const),
);

export interface ReadResult {
  readonly definitions: readonly DashboardDefinition[];
  readonly problems: readonly DefinitionProblem[];
}

/** Reads all `.yml` files of a folder, in the order the dashboards ask for. */
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

function readDashboard(path: string): ReadResult {
  const file = readYamlFile(path, schema());
  if (file.content === undefined) return { definitions: [], problems: file.problems };
  const { content, problemAt } = file;
  const problems = checkPanels(content, problemAt);
  if (problems.length > 0) return { definitions: [], problems };
  return { definitions: [{ id: basename(path, '.yml'), content, problemAt }], problems };
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
