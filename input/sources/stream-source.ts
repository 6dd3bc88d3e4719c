// A kind of source together with the options of one stream: what a policy holds of a stream's source. Each operation
// takes the options along, so that nobody else handles what only the kind understands.

import type { DatasetName } from '../../pipelines/datasets.ts';
import type { Finding } from '../contract/finding.ts';
import type { Source } from '../contract/source.ts';
import type { PolicyProblem } from '../options/problems.ts';
import type { Settings } from '../options/settings.ts';
import type {
  Asking,
  Inventory,
  ItemWords,
  OpeningEnvironment,
  Refetching,
  SourceIdentity,
  SourceKind,
} from './source-kind.ts';

/** See SourceKind for what each operation does. */
export interface StreamSource extends SourceIdentity {
  /** Name of the kind. */
  readonly kind: string;
  readonly service: string;
  readonly itemWords: ItemWords;
  readonly dataset: DatasetName;
  readonly reachMs: number;
  /** The options that the settings came to; only the kind knows their shape. */
  readonly options: object;
  readonly hosts: readonly string[];
  readonly open: (environment: OpeningEnvironment) => Source;
  readonly check: ((signal: AbortSignal) => AsyncIterable<Finding>) | undefined;
  readonly findTenant: (signal: AbortSignal) => Promise<string>;
  readonly inventory: ((asking: Asking) => Promise<Inventory>) | undefined;
  readonly refetch: ((environment: OpeningEnvironment, wanted: Refetching) => Source) | undefined;
}

/** A kind without the type of its options. */
export interface RegisteredKind
  extends Pick<
    SourceKind<never>,
    | 'name'
    | 'service'
    | 'dataset'
    | 'reachMs'
    | 'feedNames'
    | 'options'
    | 'foreignSettings'
    | 'describeState'
    | 'lostState'
    | 'reference'
  > {
  readonly read: (settings: Settings, problems: PolicyProblem[]) => StreamSource | undefined;
}

export function toRegistered<Options extends object>(kind: SourceKind<Options>): RegisteredKind {
  return {
    ...kind,
    read(settings, problems) {
      const options = kind.read(settings, problems);
      return options && bindOptions(kind, options);
    },
  };
}

/** Names the items of kinds that have no word of their own, and of several kinds together. */
export const anyItems: ItemWords = { one: 'item', many: 'items' };

function bindOptions<Options extends object>(kind: SourceKind<Options>, options: Options): StreamSource {
  const { check, findTenant, inventory, refetch } = kind;
  const identity = kind.identify(options);
  return {
    ...identity,
    kind: kind.name,
    service: kind.service,
    itemWords: kind.itemWords ?? anyItems,
    dataset: kind.dataset,
    reachMs: kind.reachMs,
    options,
    get hosts() {
      return kind.hosts?.(options) ?? [];
    },
    open: (environment) => kind.open(options, environment),
    check: check && ((signal) => check(options, signal)),
    findTenant: async (signal) => findTenant?.(options, signal) ?? identity.tenantId,
    inventory: inventory && ((asking) => inventory(options, asking)),
    refetch: refetch && ((environment, wanted) => refetch(options, environment, wanted)),
  };
}
