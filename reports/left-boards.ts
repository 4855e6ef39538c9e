import { unitId, type FlashState } from '../core/record.js';
import { flashStateText } from './flash-text.js';
import { oneLine } from './text.js';
import { reworkRow } from './rework.js';
import type { AttemptFacts, StoredRecord, Unit } from './units.js';

/**
 * Boards that a unit of a batch was begun with and that another board has replaced since, as far as nobody knows what their flash holds: each as a unit of its
 * own, with the attempts at it. Nothing else tells of them, since their unit may have passed with the other board.
 */
export function leftBoards<Attempt extends AttemptFacts>(attempts: readonly Attempt[]): Unit<Attempt>[] {
  /** By board, the attempts from the first one on that left it unproved. */
  const doubtful = new Map<string, Attempt[]>();
  const boardOf = new Map<number, string>();
  for (const attempt of attempts) {
    const board = attempt.device && unitId(attempt.device);
    if (board === undefined) continue;
    if (attempt.unit !== undefined) boardOf.set(attempt.unit, board);
    const known = doubtful.get(board);
    if (known) known.push(attempt);
    else if (attempt.flashState === 'unproved') doubtful.set(board, [attempt]);
  }
  return [...doubtful].flatMap(([board, ofBoard]) => {
    const [first] = ofBoard;
    const last = ofBoard.findLast(hasWritten);
    if (first === undefined || last?.flashState !== 'unproved' || last.unit === undefined) return [];
    if (boardOf.get(last.unit) === board) return [];
    const { station, slot, unit: number, programme, outcome } = last;
    const what = { name: board, number, station, slot, programme, outcome, isWithdrawn: false };
    return [{ ...what, attempts: ofBoard, first, last }];
  });
}

/** The line of the summary. */
export function leftBoardLine(board: Unit<AttemptFacts>): string {
  const { name, station, slot, last } = board;
  return `  ${name} · ${station} ${slot} · ${replacedText(board)}; ${flashStateText(last.flashState)}`;
}

/** The row of `rework.csv`. */
export function leftBoardRow(board: Unit<StoredRecord>): string[] {
  const { failure } = board.last;
  return reworkRow(board, `${replacedText(board)}${failure ? `; ${failure.message}` : ''}`);
}

function replacedText({ number, last: { serial } }: Unit<AttemptFacts>): string {
  return `was begun as ${oneLine(serial ?? `unit ${number ?? 0}`)}, which is another board now`;
}

function hasWritten({ flashState }: { flashState?: FlashState }): boolean {
  return flashState !== undefined && flashState !== 'untouched';
}
