// Times as parts of file names.

/** `20260131T235959Z`. */
export function stamp(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
