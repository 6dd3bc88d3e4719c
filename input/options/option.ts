// One declaration of a setting, from which come its validation, the policy form in Kibana, the reference page and
// the sample policy. This file is the vocabulary; each part declares its own options beside its code.

/** `duration`: "5m", "1h30m". `bytes`: "16MiB". `secret`: never printed, may come from a file or the environment. */
type OptionType =
  | 'text'
  | 'secret'
  | 'boolean'
  | 'integer'
  | 'duration'
  | 'bytes'
  | 'url'
  | 'choice'
  | 'list'
  | 'object';

export interface Option {
  /** snake_case, as written in a policy. Dots nest: `ssl.certificate_authorities`. */
  readonly name: string;
  readonly type: OptionType;
  /** As it would be written in a policy; absent means no default. */
  readonly default?: string | number | boolean | readonly string[];
  readonly required?: boolean;
  /** For `choice`, and for the items of a `list`. */
  readonly choices?: readonly string[];
  /** For integers, durations (as text) and bytes (as text). */
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  /** Why the bounds are what they are; shown when they are broken. */
  readonly boundsReason?: string;
  /** As Kibana shows it: "Directory (tenant) ID". */
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  readonly example?: string | number | boolean;
  /** A form needs room for several lines: PEM. */
  readonly multiline?: boolean;
  /** Where it shows: in the main form, under "advanced", or only in a policy file. */
  readonly shown: 'main' | 'advanced' | 'file';
}

/** The options of one part, under the policy key they sit in. */
export interface OptionSet {
  readonly part: string;
  readonly options: readonly Option[];
}
