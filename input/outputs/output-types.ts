// The names of the output types, for whoever needs no more of them than that.

export const outputTypes = ['elasticsearch', 'file', 'console'] as const;
export type OutputType = (typeof outputTypes)[number];
