// The outputs a policy may name. Each declares its own settings beside its code; this file only lists them.

/** An output that a policy names: `outputs.<name>` with its `type`. */
export type OutputPolicy = {
  readonly name: string;
  readonly type: 'elasticsearch' | 'file' | 'console';
  readonly options: unknown;
};
