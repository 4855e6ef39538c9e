/** What is tried when a write does not succeed and trying again can help. */
export interface RecoveryPolicy {
  /** With the first driver, the first try included; at least 1. */
  attempts: number;
  /** Pause before the second try, in ms. */
  firstDelayMs: number;
  /** Each further pause is so much longer; at least 1. */
  factor: number;
  /** Longest pause, in ms. */
  maxDelayMs: number;
  /** Share of a pause that is left to chance, 0 … 1, so that slots which failed together do not try again together. */
  jitter: number;
  /** Whether the board is powered off before each further try. */
  powerCycle: boolean;
  /** Rates for further tries, in bits per second; each takes the next one that is lower than the last, as long as there is one. */
  baudRates: readonly number[];
}

/** Pause before a further try, in ms: `retry` is 1 before the second try. `random` gives 0 … 1. */
export function pauseMs(policy: RecoveryPolicy, retry: number, random: () => number): number {
  const { firstDelayMs, factor, maxDelayMs, jitter } = policy;
  const whole = Math.min(maxDelayMs, firstDelayMs * factor ** (retry - 1));
  return whole * (1 - jitter * random());
}

/** The rate of the try after one at `baudRate`. */
export function nextBaudRate({ baudRates }: RecoveryPolicy, baudRate: number): number {
  const lower = baudRates.filter((each) => each < baudRate);
  return lower.length === 0 ? baudRate : Math.max(...lower);
}
