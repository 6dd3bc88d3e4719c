// Chooses the interval that "auto" stands for: the smallest round one that gives no more than 60 bars, as Kibana aims
// at.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const rounds = [
  ...[1, 5, 10, 30].map((count) => count * secondMs),
  ...[1, 5, 10, 30].map((count) => count * minuteMs),
  ...[1, 3, 12].map((count) => count * hourMs),
  ...[1, 7, 30, 365].map((count) => count * dayMs),
];

const mostBars = 60;

export function chooseIntervalMs(from: number, to: number): number {
  return rounds.find((round) => (to - from) / round <= mostBars) ?? 365 * dayMs;
}
