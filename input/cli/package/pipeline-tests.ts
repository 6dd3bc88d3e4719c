// Fixtures for `elastic-package test pipeline`: golden events, and what the pipelines make of them.

export function writePipelineTests(_root: string): [string, string][] {
  return [];
}
