// Reports the resource usage of a measured process. It is loaded with --import; on exit it writes the usage as JSON to
// the file named by M365_BENCH_USAGE. It has no types, so that it does not bring Node's TypeScript parser into the
// measure.

import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env.M365_BENCH_USAGE;
  if (!file) return;
  const used = process.resourceUsage();
  const usage = {
    userSeconds: used.userCPUTime / 1e6,
    systemSeconds: used.systemCPUTime / 1e6,
    peakRssMiB: used.maxRSS / 1024,
  };
  writeFileSync(file, JSON.stringify(usage));
});
