// Reads and checks the dashboards that authors write.

import { DefinitionError } from '../../pipelines/language/problem.ts';
import { ownPath } from '../../pipelines/own-files.ts';
import type { DashboardDefinition, FieldLookup } from '../definition.ts';
import { checkDashboards } from './check.ts';
import { readDashboardFiles } from './read-files.ts';

const definitionsFolder = ownPath('dashboards/definitions');

/**
 * Reads the definitions in the order of the navigation. Throws a DefinitionError that holds every problem of every
 * file's shape.
 */
export function loadDashboards(folder = definitionsFolder): readonly DashboardDefinition[] {
  const { definitions, problems } = readDashboardFiles(folder);
  if (problems.length > 0) throw new DefinitionError(problems);
  return definitions;
}

/** Checks the names. Throws a DefinitionError with every field, dashboard and dataset that does not exist. */
export function refuseUnknownNames(definitions: readonly DashboardDefinition[], fields: FieldLookup): void {
  const problems = checkDashboards(definitions, fields);
  if (problems.length > 0) throw new DefinitionError(problems);
}
