// Judges the index template of each data stream: it should be ours for mapped documents, and that of the package which owns
// the dataset for raw records.

import { elasticPackageOf } from '../../pipelines/datasets.ts';
import {
  findWinner,
  foreignPackageOf,
  type InstalledAsset,
  isOurs,
  packageOf,
} from '../outputs/elasticsearch/template/template-owner.ts';

/** The data streams of an output. */
export interface DeliveryTargets {
  readonly dataStreams: readonly string[];
  /** The data streams among them that get raw records, which another package has to map. */
  readonly raw: ReadonlySet<string>;
}

export interface Verdict {
  readonly state: 'ok' | 'problem' | 'unknown';
  readonly message: string;
  readonly advice: string;
}

export function judgeTemplates(targets: DeliveryTargets, templates: readonly InstalledAsset[]): Verdict {
  return judgeFollowed(targets, (name) => findWinner(name, templates));
}

/** Returns the worst verdict over all data streams. `templateOf` returns the template that a data stream follows. */
export function judgeFollowed(
  { dataStreams, raw }: DeliveryTargets,
  templateOf: (dataStream: string) => InstalledAsset | undefined,
): Verdict {
  const verdicts = dataStreams.map((name) => {
    const template = templateOf(name);
    return raw.has(name) ? judgeRaw(name, template) : judgeMapped(name, template);
  });
  const worst = (['problem', 'unknown', 'ok'] as const).find((state) =>
    verdicts.some((verdict) => verdict.state === state),
  );
  const shown = verdicts.filter(({ state }) => state === worst);
  return {
    state: worst ?? 'ok',
    message: `${[...new Set(shown.map(({ message }) => message))].join('; ')}.`,
    advice: [...new Set(shown.map(({ advice }) => advice))].join(' ').trim(),
  };
}

function judgeMapped(name: string, template: InstalledAsset | undefined): Verdict {
  if (template && maps(template))
    return { state: 'ok', message: `${name}: index template ${template.name}`, advice: '' };
  const message = template
    ? `${name} would follow the index template ${template.name}, which is not ours`
    : `${name} has no index template`;
  return { state: 'problem', message, advice: adviceForOwner(template) };
}

function maps({ body }: InstalledAsset): boolean {
  return isOurs(body) || (packageOf(body) !== undefined && foreignPackageOf(body) === undefined);
}

function adviceForOwner(template: InstalledAsset | undefined): string {
  const owner = template && packageOf(template.body);
  if (owner === undefined) return 'Run `m365 setup`.';
  return `The package "${owner}" owns it: set "documents: raw" in the stream, or remove the package and run \`m365 setup --take-over\`.`;
}

/** The template for every `logs-*-*` that comes with Elasticsearch; documents are held back from it. */
const generic = 'logs';

function judgeRaw(name: string, template: InstalledAsset | undefined): Verdict {
  const elastics = elasticPackageOf(name.replace(/^logs-/, ''));
  if (!template || template.name === generic)
    return {
      state: 'problem',
      message: `nobody maps the raw records of ${name}: it ${template ? 'would follow only the generic index template "logs"' : 'has no index template'}`,
      advice: `Install the package that maps them${elastics === undefined ? '' : ` (Elastic’s is ${elastics})`} in Kibana; or leave out "documents: raw" and run \`m365 setup\`.`,
    };
  const follows = `${name} follows the index template ${template.name}`;
  if (maps(template))
    return {
      state: 'unknown',
      message: `${follows}, which is m365’s own and maps raw records as well`,
      advice: 'Leave out "documents: raw": records are then mapped before they are sent.',
    };
  const owner = packageOf(template.body);
  if (owner !== undefined && owner === elastics)
    return {
      state: 'ok',
      message: `${follows} of the package "${owner}", which maps raw records`,
      advice: '',
    };
  return {
    state: 'unknown',
    message: `${follows}, which belongs to ${owner === undefined ? 'no package' : `the package "${owner}"`}`,
    advice: 'See to it that its ingest pipeline takes raw records, as that of Elastic’s package does.',
  };
}
