// The types of start-anew.js for the programs in TypeScript.

export const flags: readonly string[];
export const malloc: Readonly<Record<string, string>>;
export function startAnew(program: string): void;
export function setMalloc(): void;
