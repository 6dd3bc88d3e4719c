// Reports how long the event loop of a measured process was held, and what of that was work of its own: the rest is the
// disk, and other processes. It is loaded with --import; SIGUSR2 begins the measure anew, and on exit the delays are written
// as JSON to the file named by M365_BENCH_USAGE. It has no types, so that it does
// not bring Node's TypeScript parser into the measure.

import { writeFileSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let began = performance.now();
const work = createHistogram();
let used = process.threadCpuUsage();
// Between two turns of this timer lies what the loop did in between.
setInterval(() => {
  const { user, system } = process.threadCpuUsage(used);
  used = process.threadCpuUsage();
  work.record(Math.max(1, user + system));
}, 1).unref();
process.on('SIGUSR2', () => {
  delay.reset();
  work.reset();
  began = performance.now();
});

process.on('exit', () => {
  const file = process.env.M365_BENCH_USAGE;
  if (!file) return;
  const ms = (nanoseconds) => nanoseconds / 1e6;
  const [p50, p99, p999] = [50, 99, 99.9].map((share) => ms(delay.percentile(share)));
  const workMs = { p99: work.percentile(99) / 1000, max: work.max / 1000 };
  const seconds = (performance.now() - began) / 1000;
  writeFileSync(file, JSON.stringify({ p50, p99, p999, max: ms(delay.max), seconds, work: workMs }));
});
