// The times that Elastic Agent gives this input, in one place for its spec and for what keeps to them.

const secondMs = 1000;

export const timeLimits = {
  /** A check-in that is older is missed; after the third the process is killed. */
  checkinMs: 30 * secondMs,
  /** The pause before a process that has ended is started again. */
  restartMs: 10 * secondMs,
  /** From the request to end until the process is killed. */
  stopMs: 30 * secondMs,
};

/** Newer agents kill so much earlier than they say. */
const killedEarlierMs = 5 * secondMs;
/** The last states are sent, and the process ends. */
const farewellMs = 3 * secondMs;

/** The bound of an orderly end, all in all. */
export const orderlyEndMs = timeLimits.stopMs - killedEarlierMs - farewellMs;
