// Applies changes to settings: those that bear one of the given names, and no others. A change may also take a value
// away, by being undefined.

export function applyChanges<T extends object>(current: T, changes: object, names: readonly string[]): T {
  const own = Object.entries(changes).filter(([name]) => names.includes(name));
  return Object.assign({}, current, Object.fromEntries(own));
}
