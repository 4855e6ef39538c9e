import { RigError } from '../../core/errors.js';
import type { AttemptRecord } from '../../core/record.js';

/** What an attempt says of the board that was cut off in it. */
export type CutRecord = Pick<AttemptRecord, 'station' | 'slot' | 'attemptId' | 'failure'>;

/** Keeps boards without power that were cut off for what they draw: a retest would burn what the cut has saved. */
export interface CutBoards {
  /** Hears of an attempt that is over. */
  note(record: CutRecord): void;
  /** Throws what the board in the slot was cut off for; nobody changes boards within a run, so that holds until it ends. */
  check(station: string, slot: string): void;
}

const cutFor = ['OVER_CURRENT', 'RAIL_COLLAPSED'] as const;

/** Starts with no such board. */
export function createCutBoards(): CutBoards {
  const cuts = new Map<string, { code: (typeof cutFor)[number]; what: string }>();
  return {
    note({ station, slot, attemptId, failure }) {
      const place = `${station} ${slot}`;
      const code = cutFor.find((each) => each === failure?.code);
      if (code === undefined || failure === undefined || cuts.has(place)) return;
      cuts.set(place, {
        code,
        what: `not powered again in this run, since it was cut off in ${attemptId}: ${failure.message}`,
      });
    },
    check(station, slot) {
      const cut = cuts.get(`${station} ${slot}`);
      if (cut) throw new RigError(cut.code, cut.what);
    },
  };
}
