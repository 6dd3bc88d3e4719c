// Chooses what setup puts in place: the assets of the datasets that a policy writes, apart for each package, so that one
// whose data streams another package owns keeps out no other.

import { dataStreamOf } from '../../pipelines/dataset.ts';
import { type DatasetPackage, datasetsOf, mainDataset } from '../../pipelines/datasets.ts';
import { patternsOverlap } from '../outputs/elasticsearch/template/index-patterns.ts';
import { patternsOf } from '../outputs/elasticsearch/template/template-owner.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { Policy, StreamPolicy } from '../settings/policy/policy.ts';
import { collectionDataset } from '../settings/policy/read-completeness.ts';
import type { SetupAsset } from './assets.ts';
import { datasetOfAsset, packageOfAsset } from './own-assets.ts';

interface SetupChoice {
  readonly policy: Policy | undefined;
  /** The output that is set up; every one to an Elasticsearch where none is named. */
  readonly output?: string | undefined;
  /** Namespaces in place of those of the policy. */
  readonly namespaces?: readonly string[] | undefined;
}

/** What one package would bring. */
export interface SetupPart {
  readonly name: DatasetPackage;
  readonly assets: readonly SetupAsset[];
  readonly dataStreams: readonly string[];
}

export function chooseParts(assets: readonly SetupAsset[], choice: SetupChoice): readonly SetupPart[] {
  const datasets = chooseDatasets(choice);
  const chosen = assets.filter((asset) => {
    const dataset = datasetOfAsset(asset);
    return dataset === undefined || datasets.has(dataset);
  });
  const dataStreams = chooseDataStreams(choice, datasets);
  return [...Map.groupBy(chosen, packageOfAsset)].map(([name, own]) => {
    const patterns = own.filter(({ kind }) => kind === 'index_template').flatMap(patternsOf);
    const isOwn = (dataStream: string) => patterns.some((pattern) => patternsOverlap(pattern, dataStream));
    return { name, assets: own, dataStreams: dataStreams.filter(isOwn) };
  });
}

/** Those that another package maps: every stream of them that the policy has delivers raw records. */
export function findRawDatasets({ streams }: Policy): readonly string[] {
  const raw = new Set(streams.filter(isRaw).map(({ mapping }) => mapping.dataset));
  const mapped = new Set(streams.filter((stream) => !isRaw(stream)).map(({ mapping }) => mapping.dataset));
  return [...raw.difference(mapped)];
}

const isRaw = ({ mapping }: StreamPolicy): boolean => mapping.documents === 'raw';

/** Without a policy nobody says which log types are meant, and the audit log is. */
function chooseDatasets({ policy, output }: SetupChoice): ReadonlySet<string> {
  if (policy === undefined) return new Set([...datasetsOf('m365'), collectionDataset]);
  const isMeant = meantBy(output);
  const written = policy.streams.filter((stream) => isMeant(stream) && !isRaw(stream));
  const datasets: string[] = written.map(({ mapping }) => mapping.dataset);
  const reports = datasets.includes(mainDataset) || (policy.completeness ?? []).some(isMeant);
  return new Set([...datasets, ...(reports ? [collectionDataset] : [])]);
}

/** The data streams that will be written to. A stream of raw records writes to one of another package. */
function chooseDataStreams(
  { policy, output, namespaces }: SetupChoice,
  datasets: ReadonlySet<string>,
): readonly string[] {
  if (policy === undefined || namespaces) return (namespaces ?? ['default']).flatMap(streamsIn(datasets));
  const isMeant = meantBy(output);
  const { streams, completeness = [] } = policy;
  return [
    ...new Set([
      ...streams
        .filter((stream) => isMeant(stream) && !isRaw(stream))
        .map(({ mapping }) => dataStreamOf(mapping)),
      ...completeness
        .filter(isMeant)
        .map(({ namespace }) => dataStreamOf({ dataset: collectionDataset, namespace })),
    ]),
  ];
}

const streamsIn = (datasets: ReadonlySet<string>) => (namespace: string) =>
  [...datasets].map((dataset) => dataStreamOf({ dataset, namespace }));

const meantBy =
  (name: string | undefined) =>
  ({ output }: { readonly output: OutputPolicy }): boolean =>
    output.type === 'elasticsearch' && (name === undefined || output.name === name);
