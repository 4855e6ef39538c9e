export interface BackoffOptions {
  firstMs: number;
  /** Upper bound of one wait. */
  maxMs: number;
  /** Growth per attempt; 2 doubles. */
  factor: number;
  /** Share of the wait that is random, 0 … 1, so that slots do not retry in step. */
  jitter: number;
  /** Source of randomness, 0 … 1; a seeded one makes the waits repeatable. */
  random: () => number;
}

/** Wait in milliseconds before try number `attempt` (1 = the first retry). */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const full = Math.min(options.maxMs, options.firstMs * options.factor ** (attempt - 1));
  return Math.round(full * (1 - options.jitter * options.random()));
}
