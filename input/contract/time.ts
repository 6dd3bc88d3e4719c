// The lengths of time that many parts count in, in milliseconds, and the form in which times are kept.

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Writes a time with milliseconds and zone: `2026-11-20T08:15:02.345Z`. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
