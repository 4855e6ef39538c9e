import type { Blame } from './errors.js';

/** How an attempt ended. `fail` is the DUT's, `error` the rig's. */
export type Outcome = 'pass' | 'fail' | 'error' | 'aborted' | 'skipped';

/** What the CSV records call an outcome. */
export const csvStatus = {
  pass: 'Success',
  fail: 'Failure',
  error: 'Error',
  aborted: 'Aborted',
  skipped: 'Skipped',
} as const satisfies Record<Outcome, string>;

/** The outcome that an error with this blame leads to. */
export function outcomeFor(blame: Blame): Outcome {
  if (blame === 'dut') return 'fail';
  return blame === 'operator' ? 'aborted' : 'error';
}
