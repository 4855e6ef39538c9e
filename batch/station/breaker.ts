import { RigError } from '../../core/errors.js';
import type { AttemptRecord } from '../../core/record.js';

/** What an attempt says of the nest that it was made in. */
export type BreakerRecord = Pick<AttemptRecord, 'station' | 'slot' | 'outcome' | 'failure'>;

/** Takes a slot out of use that keeps failing by no fault of the boards in it, so that it does not eat its way through the batch. */
export interface Breaker {
  /** Counts an attempt that is over. */
  note(record: BreakerRecord): void;
  /** Throws SLOT_OUT_OF_USE when too many attempts in a row failed in the slot; it stays so until the run ends. */
  check(station: string, slot: string): void;
}

export interface BreakerOptions {
  /** Attempts in a row that may end with an error of the rig in a slot of the station before it is not used any more; 0 never stops. */
  failures: (station: string) => number;
  /** What the journal of the run holds already, oldest first. */
  records?: readonly BreakerRecord[];
}

export function createBreaker({ failures, records = [] }: BreakerOptions): Breaker {
  const inARow = new Map<string, string[]>();
  const note = (record: BreakerRecord): void => {
    const { station, slot } = record;
    const place = `${station} ${slot}`;
    const before = inARow.get(place) ?? [];
    // Who is out of use stays so: what is refused afterwards proves nothing about the nest.
    if (!isOpen(before, failures(station))) inARow.set(place, codesAfter(before, record));
  };
  for (const record of records) note(record);
  return {
    note,
    check(station, slot) {
      const codes = inARow.get(`${station} ${slot}`) ?? [];
      if (!isOpen(codes, failures(station))) return;
      const what = `the last ${codes.length} attempts at ${station} ${slot} ended with errors of the rig: ${codes.join(', ')}`;
      throw new RigError('SLOT_OUT_OF_USE', what, { details: { codes } });
    },
  };
}

function isOpen(codes: readonly string[], failures: number): boolean {
  return failures > 0 && codes.length >= failures;
}

/**
 * The codes of the rig's errors in a row, with this attempt: a verdict on a board shows that the nest works; a stop, or a wrong file, shows nothing. A nest
 * that left a board half written is no better for the board being out.
 */
function codesAfter(before: string[], { outcome, failure }: BreakerRecord): string[] {
  if (failure?.behind?.blame === 'rig') return [...before, failure.behind.code];
  if (outcome === 'pass' || outcome === 'fail') return [];
  if (outcome !== 'error' || failure?.blame !== 'rig' || failure.code === 'SLOT_BUSY') return before;
  return [...before, failure.code];
}
