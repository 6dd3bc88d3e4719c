// The content of a policy file, once read and checked: everything the collector needs, in the units it works in.
// Reading it is load-policy.ts; what each setting means is declared beside the code it belongs to.

import type { DatasetName } from '../../../pipelines/datasets.ts';
import type { Exclusions } from '../../../pipelines/exclusions.ts';
import type { ConstantFields } from '../../documents/constant-fields.ts';
import type { DocumentProcessor } from '../../documents/processors/processor.ts';
import type { Secret } from '../../options/secret.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import type { StreamSource } from '../../sources/stream-source.ts';

export interface Policy {
  /** The file it was read from; undefined for the embedded default. */
  readonly file: string | undefined;
  /** The streams, at least one; no feed twice. */
  readonly streams: readonly StreamPolicy[];
  /** The places where the completeness of the streams of the same input is reported, and how often. */
  readonly completeness?: readonly CompletenessPolicy[];
  /** The inputs whose package is too old for what this program writes. */
  readonly outdated?: readonly OutdatedInput[];
  /** The outputs that streams use, each once. */
  readonly outputs: readonly OutputPolicy[];
  readonly process: ProcessOptions;
  /** Collect what is there now, then end. */
  readonly once: boolean;
  /** Notes on what was read and deliberately left aside, one line each, for the log. */
  readonly notes: readonly string[];
  /** The settings in force, defaults included and secrets left out, as YAML. */
  readonly effective: string;
  /** What each stream and output was read from, secrets too, to tell whether another reading of the file differs. */
  readonly readFrom?: ReadonlyMap<StreamPolicy | OutputPolicy, unknown>;
}

/** Feeds of one tenant from one source. */
export interface StreamPolicy {
  /** Unique within the policy; stable as long as the policy does not change it. */
  readonly id: string;
  /** `policy.yml:12`, for messages. */
  readonly definedAt: string;
  readonly source: StreamSource;
  readonly mapping: MappingOptions;
  /** The same object as in `Policy.outputs`: streams that share an output share the object. */
  readonly output: OutputPolicy;
  /** See reading-key.ts. */
  readonly readApiKey?: Secret | undefined;
}

/** An input that Fleet made from a package which is older than this program's documents need. */
export interface OutdatedInput {
  /** The id of the input. */
  readonly input: string;
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

/** Reports of the tenants of one input. */
export interface CompletenessPolicy {
  readonly definedAt: string;
  readonly intervalMs: number;
  /** `logs-m365.collection-<namespace>`. */
  readonly namespace: string;
  /** The same object as in `Policy.outputs`. */
  readonly output: OutputPolicy;
  /** Ids of the streams whose completeness it is. */
  readonly streams: readonly string[];
}

export interface MappingOptions {
  /** The dataset of the stream's source. */
  readonly dataset: DatasetName;
  /** Goes to organization.name. */
  readonly tenantName: string | undefined;
  /** Documents from the emulator also carry `m365-emulator`. */
  readonly tags: readonly string[];
  /** Constants for every document, from the processor add_fields. */
  readonly fields: ConstantFields;
  /** The processors that look at each document, in their order. */
  readonly processors?: readonly DocumentProcessor[] | undefined;
  /** The records that are left out, and counted as filtered. */
  readonly exclude?: Exclusions | undefined;
  /** `raw`: records as they are, because another package owns the data stream and maps them. */
  readonly documents: 'mapped' | 'raw';
  /** Keeps the raw record in event.original. */
  readonly preserveOriginal: boolean;
  /** The last part of the data stream's name; that of the emulator is `demo`. */
  readonly namespace: string;
}

/** The options of the whole process. */
export interface ProcessOptions {
  /** Absolute. */
  readonly stateFolder: string;
  /** Records in memory between download and acknowledgement, over all streams. */
  readonly memoryBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Logs each request to Microsoft as information. */
  readonly logRequests: boolean;
  /** An orderly end takes no longer, all in all. */
  readonly stopTimeoutMs: number;
  /** 0 serves no status page. */
  readonly statusPort: number;
}
