// The ready mappers: the committed definitions of each dataset, compiled.

import type { Dataset, Head } from './dataset.ts';
import { type DatasetName, datasetNames, datasets, mainDataset } from './datasets.ts';
import type { Definitions } from './definitions.ts';
import { compileMapper, compileReader, type Mapper, type RecordReader } from './mapper.ts';
import { readOwnText } from './own-files.ts';

const known = new Map<DatasetName, Definitions>();

/** Loads the definitions as generated from the record-type files; they are read once. */
export function loadDefinitions(name: DatasetName = mainDataset): Definitions {
  const definitions = known.get(name) ?? readGenerated(name);
  known.set(name, definitions);
  return definitions;
}

function readGenerated(name: DatasetName): Definitions {
  const parsed: Definitions = JSON.parse(readOwnText(`pipelines/generated/${datasets[name].definitions}`));
  return parsed;
}

/** Lists the datasets that records are delivered to. */
export function listDatasets(): readonly Dataset[] {
  return datasetNames.map((name) => loadDefinitions(name).dataset);
}

/** Lists the fields of a raw document in which a delivered record may have this part of its head. */
export function listRawFields(name: keyof Head): string[] {
  return listDatasets().flatMap(({ rawField, head }) =>
    head[name].map((path) => [rawField, ...path].join('.')),
  );
}

export function loadMapper(name: DatasetName = mainDataset): Mapper {
  return compileMapper(loadDefinitions(name));
}

/** Compiled in no time, for those who map nothing. */
export function loadReader(name: DatasetName = mainDataset): RecordReader {
  return compileReader(loadDefinitions(name));
}

/** One mapper for each dataset that is asked for. */
export function openMappers(): (name: DatasetName) => Mapper {
  const mappers = new Map<DatasetName, Mapper>();
  return (name) => {
    const mapper = mappers.get(name) ?? loadMapper(name);
    mappers.set(name, mapper);
    return mapper;
  };
}
