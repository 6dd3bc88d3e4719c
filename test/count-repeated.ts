/** How many of these stand there more than once, however often. */
export function countRepeated(ids: readonly string[]): number {
  return [...Map.groupBy(ids, (id) => id).values()].filter(({ length }) => length > 1).length;
}
