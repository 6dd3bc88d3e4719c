// Describes in words why a file could not be read or written.

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EEXIST: 'it exists already',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

export function describeFileFailure(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? ('message' in error ? String(error.message) : code);
}
