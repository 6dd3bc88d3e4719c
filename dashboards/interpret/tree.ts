// Looking into JSON whose shape is somebody else's: what is not there, or of another type, is an error with its name.

export type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function objectAt(tree: Tree, name: string): Tree {
  const value = tree[name];
  return isTree(value) ? value : missing(name, 'an object');
}

export function listAt(tree: Tree, name: string): readonly Tree[] {
  const value: unknown = tree[name];
  if (!Array.isArray(value)) return missing(name, 'a list');
  return value.map((item: unknown) => (isTree(item) ? item : missing(name, 'a list of objects')));
}

export function textsAt(tree: Tree, name: string): readonly string[] {
  const value: unknown = tree[name];
  if (!Array.isArray(value)) return missing(name, 'a list');
  return value.map((item: unknown) => (typeof item === 'string' ? item : missing(name, 'a list of texts')));
}

export function textAt(tree: Tree, name: string): string {
  const value = tree[name];
  return typeof value === 'string' ? value : missing(name, 'a text');
}

export function numberAt(tree: Tree, name: string): number {
  const value = tree[name];
  return typeof value === 'number' ? value : missing(name, 'a number');
}

/** The JSON in a text. */
export function parseAt(tree: Tree, name: string): Tree {
  const value: unknown = JSON.parse(textAt(tree, name));
  return isTree(value) ? value : missing(name, 'an object in JSON');
}

function missing(name: string, wanted: string): never {
  throw new Error(`"${name}" is not ${wanted}`);
}
