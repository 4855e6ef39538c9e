import { pause, withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';

/** What the rail of a slot does when it is switched. */
export interface Supply {
  /** At least this much means supplied. */
  onVolts: number;
  /** At most this much means off: the board has lost its state. */
  offVolts: number;
  /** The rail is up this long after the switch closed. */
  riseMs: number;
  /** The rail is down this long after the switch opened, with a board in the nest. */
  fallMs: number;
}

/** One reading of the slot's meter. Throws METER_FAILED. */
export type ReadRailVolts = () => Promise<number>;

const pollMs = 10;
/** A meter that has not answered for this long is taken for broken. */
const meterAnswerMs = 2000;

/** Waits until the rail is at most `offVolts`. Throws RAIL_NOT_FALLEN, the rig's fault: something else feeds the board. */
export function waitUntilFallen(
  supply: Supply,
  readRailVolts: ReadRailVolts,
  signal: AbortSignal,
): Promise<void> {
  const { offVolts, fallMs } = supply;
  return waitForVolts(readRailVolts, fallMs, signal, {
    reached: (volts) => volts <= offVolts,
    late: (railVolts) =>
      new RigError(
        'RAIL_NOT_FALLEN',
        `the rail is at ${railVolts.toFixed(2)} V ${fallMs} ms after power was switched off; off is ${offVolts} V or less`,
        { details: { railVolts, offVolts, fallMs } },
      ),
  });
}

/** Waits until the rail is at least `onVolts`. Throws RAIL_NOT_RISEN. */
export function waitUntilRisen(
  supply: Supply,
  readRailVolts: ReadRailVolts,
  signal: AbortSignal,
): Promise<void> {
  const { onVolts, riseMs } = supply;
  return waitForVolts(readRailVolts, riseMs, signal, {
    reached: (volts) => volts >= onVolts,
    late: (railVolts) =>
      new RigError(
        'RAIL_NOT_RISEN',
        `the rail is at ${railVolts.toFixed(2)} V ${riseMs} ms after power was switched on; on is ${onVolts} V or more`,
        { details: { railVolts, onVolts, riseMs } },
      ),
  });
}

function waitForVolts(
  readRailVolts: ReadRailVolts,
  withinMs: number,
  outer: AbortSignal,
  { reached, late }: { reached: (volts: number) => boolean; late: (volts: number) => Error },
): Promise<void> {
  const due = performance.now() + withinMs;
  const look = async (signal: AbortSignal) => {
    for (;;) {
      // Asked before the reading, so that the one that decides was begun after the time was up, however busy the host is.
      const isLast = performance.now() >= due;
      const volts = await readRailVolts();
      if (reached(volts)) return;
      if (isLast) throw late(volts);
      await pause(pollMs, signal);
    }
  };
  return withDeadline(look, {
    signal: outer,
    timeoutMs: withinMs + meterAnswerMs,
    onTimeout: () =>
      new RigError('METER_FAILED', `the slot's meter gave no reading within ${meterAnswerMs} ms`),
  });
}
