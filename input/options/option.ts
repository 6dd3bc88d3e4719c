// The types in which a setting is declared. Its validation, the policy form in Kibana, the reference page and the sample
// policy all come from one declaration; each part declares its own options beside its code.

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
  /** The name in snake_case, as written in a policy. Dots nest: `ssl.certificate_authorities`. */
  readonly name: string;
  readonly type: OptionType;
  /** The default, as it would be written in a policy; absent means none. */
  readonly default?: string | number | boolean | readonly string[];
  readonly required?: boolean;
  /** The allowed words of a `choice`, or of the items of a `list`. */
  readonly choices?: readonly string[];
  /** What to do instead of giving a list. */
  readonly whenSeveral?: string;
  /** The environment variable that people are told to put it into. */
  readonly variable?: string;
  /** Items of a list may be written as numbers too. */
  readonly numbers?: boolean;
  /** The bounds of an integer, a duration (as text) or bytes (as text). */
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  /** The reason for the bounds, shown when they are broken. */
  readonly boundsReason?: string;
  /** The label in Kibana: "Directory (tenant) ID". */
  readonly title: string;
  /** The description, one sentence. */
  readonly about: string;
  readonly example?: string | number | boolean;
  /** True where a form needs room for several lines, as for PEM. */
  readonly multiline?: boolean;
  /**
   * True where all that is collected of a tenant has it in common, whatever the source: a form asks for it once, for all
   * streams. It never changes: a variable that moves in a form is lost when the package is upgraded.
   */
  readonly shared?: boolean;
  /** The place where it shows: the main form, its advanced part, or only a policy file. */
  readonly shown: 'main' | 'advanced' | 'file';
}

/** The options of one part, with the policy key under which they stand. */
export interface OptionSet {
  readonly part: string;
  readonly options: readonly Option[];
}
