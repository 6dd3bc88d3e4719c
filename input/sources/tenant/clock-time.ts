// Writes a time of day in sentences for people.

/** "10:02 UTC". */
export function clockTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}
