import { RigError } from '../../core/errors.js';
import type { Batch, BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';
import type { Dispatcher, Turn } from './turn.js';

/** Which board is which unit of the batch. Ids are compared without regard to case. */
export interface Boards {
  /**
   * Why the board that was found in a slot cannot have the turn; undefined when it can. A board of another unit that has not begun takes the turn for that unit: the
   * turn is changed.
   */
  objection(turn: Turn, id: string): string | undefined;
  /** The board of an attempt has said who it is. Throws UNIT_REPEATED and UNIT_MISPLACED. */
  claim(turn: Turn, id: string): void;
}

export interface BoardsOptions {
  batch: Batch;
  state: BatchState;
  /** Numbers of the units that this run is to do. */
  pending: readonly number[];
  dispatcher: Pick<Dispatcher, 'exchange' | 'isToDo'>;
}

export function createBoards({ batch, state, pending, dispatcher }: BoardsOptions): Boards {
  const unitOf = new Map<string, number>();
  const boardOf = new Map<number, string>();
  const listed = new Map(batch.units.flatMap(({ number, mac }) => (mac ? [[keyOf(mac), number]] : [])));
  const own = (unit: number, id: string) => {
    const before = boardOf.get(unit);
    // Whatever becomes of the board that it was begun with: it is not this unit.
    if (before !== undefined && before !== keyOf(id)) unitOf.delete(before);
    unitOf.set(keyOf(id), unit);
    boardOf.set(unit, keyOf(id));
  };
  const began = [...state.units.values()];
  // A run may have died before it refused the board of another unit: that unit keeps it.
  for (const isInHand of [false, true])
    for (const { unit, inHand, board, boardBefore } of began) {
      if ((inHand !== undefined) !== isInHand) continue;
      const found = [board, boardBefore].find((id) => id !== undefined && !unitOf.has(keyOf(id)));
      if (found !== undefined) own(unit, found);
    }

  const isFree = (unit: number) => dispatcher.isToDo(unit);
  const nameOf = (unit: number) => {
    const { result, isRolledBack } = state.units.get(unit) ?? {};
    const what = isRolledBack ? 'given back what it held' : (result?.outcome ?? 'begun');
    return `unit ${unit} of this batch (${what})`;
  };
  const takeOver = (turn: Turn, unit: number, id: string): undefined => {
    if (unit !== turn.unit.number) dispatcher.exchange(turn, unit);
    own(unit, id);
    return undefined;
  };
  /** The board that the unit has to be: by the list, or since it was judged. */
  const boundTo = ({ number, mac }: BatchUnit) =>
    mac ?? (state.units.get(number)?.result ? boardOf.get(number) : undefined);
  /** For a board that is not in the batch yet, while the unit of the turn has one already: a unit that has none. */
  const unitWithoutBoard = () =>
    pending.find((unit) => isFree(unit) && !boardOf.has(unit) && batch.units[unit - 1]?.mac === undefined);
  return {
    objection(turn, id) {
      const { number } = turn.unit;
      const known = unitOf.get(keyOf(id)) ?? listed.get(keyOf(id));
      if (known === number) return takeOver(turn, number, id);
      if (known !== undefined) return isFree(known) ? takeOver(turn, known, id) : `${id} is ${nameOf(known)}`;
      const isNew = boundTo(turn.unit) === undefined;
      if (isNew && !boardOf.has(number)) return takeOver(turn, number, id);
      const other = unitWithoutBoard();
      if (other !== undefined) return takeOver(turn, other, id);
      return isNew ? takeOver(turn, number, id) : `${id} is not a board of this batch that is to be done`;
    },
    claim(turn, id) {
      const { number } = turn.unit;
      const known = unitOf.get(keyOf(id));
      if (known !== undefined && known !== number)
        throw new RigError('UNIT_REPEATED', `${turn.slot} shows ${id}, which is ${nameOf(known)}`);
      const wanted = boundTo(turn.unit);
      if (wanted !== undefined && keyOf(wanted) !== keyOf(id))
        throw new RigError('UNIT_MISPLACED', `${turn.slot} shows ${id}, unit ${number} is ${wanted}`);
      const other = listed.get(keyOf(id));
      if (other !== undefined && other !== number)
        throw new RigError(
          'UNIT_MISPLACED',
          `${turn.slot} shows ${id}, which the list gives to unit ${other}`,
        );
      own(number, id);
    },
  };
}

function keyOf(id: string): string {
  return id.toLowerCase();
}
