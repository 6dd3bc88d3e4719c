// The settings of Node and of malloc that keep the program small, and the start of the same process anew with them. The
// file is plain JavaScript, as everything that runs before Node's compile cache is there.

/** Flags of Node's, which count before NODE_OPTIONS; the executable holds them in itself. */
export const flags = [
  '--disable-warning=ExperimentalWarning',
  // A report of a crash, where somebody asks for one by NODE_OPTIONS, would hold every secret of the environment.
  '--report-exclude-env',
  // A signal would open a debugger, by which any user of the machine can read what is in memory.
  '--disable-sigusr1',
  // Most of what a record brings is garbage at once: collecting it early costs little, and keeps the heap small.
  '--max-semi-space-size=2',
  '--heap-growing-percent=30',
  '--no-short-builtin-calls',
  // Memory that the optimising compiler takes for large functions is not given back, least of all where threads share
  // the work.
  '--max-inlined-bytecode-size-cumulative=400',
  '--no-concurrent-recompilation',
];

/**
 * Buffers of bodies and decompressors go back to the system at once; among the small things that stay they would leave
 * holes, which grow with the number of tenants.
 */
export const malloc = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/**
 * Flags and the settings of malloc count from the start of a process: this one begins again as `program`, where the
 * system can do that. Elsewhere, and for another Node than the flags are known to, its defaults have to do.
 */
export function startAnew(program) {
  if (flags.every((flag) => process.execArgv.includes(flag))) return;
  replaceProcess([...process.execArgv, ...flags, program, ...process.argv.slice(2)]);
}

/** Does the same for the executable, which has the flags in itself; whoever starts it may have set malloc already. */
export function setMalloc() {
  if (Object.keys(malloc).some((name) => process.env[name] !== undefined)) return;
  replaceProcess(process.argv.slice(2));
}

function replaceProcess(words) {
  if (process.execve === undefined || !process.versions.node.startsWith('24.')) return;
  process.execve(process.execPath, [process.execPath, ...words], { ...malloc, ...process.env });
}
