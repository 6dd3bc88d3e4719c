// Runs the benchmarks: `npm run bench` all of them, `npm run bench -- NAME …` the named one with its own arguments.
// They print figures and judge nothing: ratios and CPU seconds, since machines differ and are noisy.

const benchmarks: Record<string, () => Promise<{ main(args: readonly string[]): Promise<void> }>> = {
  mapping: () => import('./mapping.ts'),
  split: () => import('./split.ts'),
  ledger: () => import('./ledger.ts'),
  collect: () => import('./collect.ts'),
  memory: () => import('./memory.ts'),
  storage: () => import('./storage.ts'),
  paths: () => import('./paths.ts'),
  tenants: () => import('./tenants.ts'),
  graph: () => import('./graph.ts'),
  latency: () => import('./latency.ts'),
  'event-loop': () => import('./event-loop.ts'),
  executable: () => import('./executable.ts'),
};

const [name, ...args] = process.argv.slice(2);
const chosen = name === undefined ? Object.keys(benchmarks) : [name];
for (const one of chosen) {
  const load = benchmarks[one];
  if (!load) {
    console.error(`No benchmark is called ${one}; there are: ${Object.keys(benchmarks).join(', ')}.`);
    process.exit(2);
  }
  console.log(`── ${one}`);
  await (await load()).main(args);
}
