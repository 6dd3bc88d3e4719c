// Records fields and ingest pipelines of this version of the package, and documents of this version of the program, for tests
// of the next one: npx node test/elasticsearch/packages/record.ts, once the version is released.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { buildPackage, dataStreamSources } from '../../../input/cli/package/build-package.ts';
import { allFields, listDataStreams } from '../../../input/cli/package/data-streams.ts';
import { resolveReference } from '../../../input/cli/package/fields/ecs-schema.ts';
import type { FieldDefinition } from '../../../input/cli/package/fields/field-definitions.ts';
import { readVersion } from '../../../input/cli/version.ts';

const version = readVersion();
const here = import.meta.dirname;

/** Fields of one kind stand together, by what they stand below. */
function groupFields(fields: readonly FieldDefinition[]) {
  const groups = Map.groupBy(fields.map(resolveReference), (field) => {
    const { name: _, description: _description, example: _example, unit: _unit, ...is } = field;
    return JSON.stringify(is);
  });
  return [...groups].map(([is, same]) => {
    const below = Map.groupBy(same, ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf('.'))));
    const names = [...below].map(([above, each]) => [above, each.map(({ name }) => lastOf(name)).join(' ')]);
    return { is: JSON.parse(is), names: Object.fromEntries(names) };
  });
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** By data stream and name; those that map raw records of other shippers are many, and left out. */
function readPipelines(): Record<string, Record<string, unknown>> {
  const pipelines: Record<string, Record<string, unknown>> = {};
  for (const [path, text] of buildPackage().built) {
    const [, stream, name] =
      /^data_stream\/([^/]+)\/elasticsearch\/ingest_pipeline\/(?!raw)(.+)\.yml$/.exec(path) ?? [];
    if (stream === undefined || name === undefined) continue;
    pipelines[stream] = { ...pipelines[stream], [name]: parse(String(text), { version: '1.1' }) };
  }
  return pipelines;
}

/** A small document of every ninth record type: their kinds are many, and their shapes few. */
function chooseDocuments(): string[] {
  const events = join(here, '..', '..', 'events');
  const files = globSync('*/*.expected.json', { cwd: events }).toSorted();
  const ofTypes = Map.groupBy(files, (file) => basename(dirname(file)));
  return [...ofTypes.values()]
    .filter((_, position) => position % 9 === 0)
    .map(([file = '']) => JSON.stringify(JSON.parse(readFileSync(join(events, file), 'utf8'))))
    .filter((document) => document.length < 3000);
}

const streams = listDataStreams('m365', dataStreamSources());
const fields = Object.fromEntries(streams.map((each) => [each.name, groupFields(allFields(each))]));
writeFileSync(join(here, `${version}-fields.json`), `${JSON.stringify(fields, undefined, 1)}\n`);
writeFileSync(join(here, `${version}-pipelines.json`), `${JSON.stringify(readPipelines(), undefined, 1)}\n`);
writeFileSync(join(here, `${version}-documents.json`), `[\n${chooseDocuments().join(',\n')}\n]\n`);
