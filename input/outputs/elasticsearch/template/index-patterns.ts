// Compares index patterns, in which `*` stands for any text, also none.

/** True when the two patterns have a name in common. */
export function patternsOverlap(left: string, right: string): boolean {
  const known = new Map<number, boolean>();
  const width = right.length + 1;
  const from = (i: number, j: number): boolean => {
    const key = i * width + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, false);
    const result = step(i, j);
    known.set(key, result);
    return result;
  };
  const step = (i: number, j: number): boolean => {
    const [a, b] = [left[i], right[j]];
    if (a === undefined && b === undefined) return true;
    if (a === '*') return from(i + 1, j) || (b !== undefined && from(i, j + 1));
    if (b === '*') return from(i, j + 1) || (a !== undefined && from(i + 1, j));
    return a === b && from(i + 1, j + 1);
  };
  return from(0, 0);
}
