// Writes the ingest pipelines of a package: the same that setup installs, under the names that Fleet gives them. Fleet
// itself calls the operators' @custom pipelines.

import type { Definitions } from '../../../../pipelines/definitions.ts';
import { buildEnrichmentPipelines } from '../../../../pipelines/ingest/enrichment-pipeline.ts';
import { keepOnFailure, type Pipeline, type Processor } from '../../../../pipelines/ingest/processors.ts';
import { buildRawPipelines } from '../../../../pipelines/ingest/raw-pipeline.ts';
import { toYaml } from '../package-files.ts';
import { shortenLongValues } from './long-values.ts';

/** The text of each pipeline, by file name. */
export function writeRecordPipelines(definitions: Definitions): ReadonlyMap<string, string> {
  const [location, { name, body }] = buildEnrichmentPipelines(definitions.dataset, { withHooks: false });
  const processors = [...body.processors, shortenLongValues(definitions)];
  const pipelines = [{ name, body: { ...body, processors } }, location, ...buildRawPipelines(definitions)];
  return new Map(pipelines.map((pipeline) => [`${fileNameOf(pipeline.name)}.yml`, writePipeline(pipeline)]));
}

/** `logs-<dataset>@m365`, and what follows it. Fleet calls the pipeline of a data stream `default`. */
const fileNameOf = (name: string): string => /@m365-(.*)$/.exec(name)?.[1] ?? 'default';

export function writePipeline({ body }: Pipeline): string {
  return `---\n${toYaml({
    description: body.description,
    processors: body.processors.map(callByPackage),
    // The description is there because package-spec asks it of every pipeline, also of those that another one calls.
    on_failure: body.on_failure ?? keepOnFailure,
  })}`;
}

/**
 * Fleet puts the version of the package into the names of its pipelines, and a call names them by a function. Where
 * only the document tells the end of a name, that end stands behind the function.
 */
function callByPackage(processor: Processor): Processor {
  const { pipeline } = processor;
  const name = pipeline?.name;
  if (pipeline === undefined || typeof name !== 'string') return processor;
  const [called = name, rest = ''] = name.split(/(?=-\{\{\{)/);
  return { pipeline: { ...pipeline, name: `{{ IngestPipeline "${fileNameOf(called)}" }}${rest}` } };
}
