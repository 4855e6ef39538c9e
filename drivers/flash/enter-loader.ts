import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { resetIntoLoader } from '../link/auto-reset.js';
import type { Link } from '../link/link.js';
import type { EnterLoader, SerialDriverOptions } from './flash-driver.js';

/** For the rig to switch power and straps, in ms: a rail with a large capacitor takes its time to fall. */
const enterTimeoutMs = 30_000;

/**
 * Lets the rig bring the board into its loader; where the adapter's own lines drive its reset circuit, the rig sees to the power and the
 * link does the rest. Throws STEP_TIMEOUT, PORT_LOST and what the rig throws.
 */
export async function enterLoaderBy(
  link: Link,
  options: SerialDriverOptions,
  signal: AbortSignal,
): Promise<void> {
  await rigEnters(async (stopped) => {
    await options.enterLoader(stopped);
    if (options.link.autoReset) await resetIntoLoader(link, stopped);
  }, signal);
}

/**
 * Of a board that is its own USB device the port goes with its power: the rig brings it into its loader before the port is opened, and not again on it.
 * Other options are returned as they are.
 */
export async function enterBeforeOpening(
  options: SerialDriverOptions,
  signal: AbortSignal,
): Promise<SerialDriverOptions> {
  if (!options.link.native) return options;
  await rigEnters(options.enterLoader, signal);
  return { ...options, enterLoader: () => Promise.resolve() };
}

/** Lets the rig switch its lines, in time. Throws STEP_TIMEOUT and what the rig throws. */
export async function rigEnters(enterLoader: EnterLoader, signal: AbortSignal): Promise<void> {
  await withDeadline(enterLoader, {
    timeoutMs: enterTimeoutMs,
    signal,
    onTimeout: () =>
      new RigError('STEP_TIMEOUT', `the rig did not switch its lines within ${enterTimeoutMs} ms`),
  });
}
