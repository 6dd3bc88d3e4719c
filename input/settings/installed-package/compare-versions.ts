// Compares versions of the package, as semantic versioning orders them; a version before a release comes before it.

export function comparePackageVersions(one: string, other: string): number {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  for (const [at, number] of left.entries()) {
    const difference = number - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  const [core = '', before] = version.split('+', 1)[0]?.split(/-(.*)/s) ?? [];
  const numbers = core.split('.', 3).map((part) => Number.parseInt(part, 10) || 0);
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, before === undefined ? 1 : 0];
}
