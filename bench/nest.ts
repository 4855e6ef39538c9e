import { RigError } from '../core/errors.js';
import type { BenchBoard } from '../rigs/bench-swaps.js';
import type { FaultKind } from '../rigs/faults.js';
import { createBoard, type Board, type BoardOptions } from './board.js';
import { faultOf } from './board-faults.js';
import type { BoardFamily } from './board-family.js';
import type { BoardInputs } from './board-inputs.js';
import { createFlashArray } from './flash-array.js';
import type { FlashArray } from './parts.js';
import type { createWire } from './wire.js';

/** A slot's place for boards: one board, or none. */
export interface Nest {
  readonly isEmpty: boolean;
  /** How many boards have been in it, the one that is in it included. */
  readonly count: number;
  /** Of the board that is in it. Throws CONFIG_INVALID for an empty nest. */
  flash(): FlashArray;
  /** Puts bytes into its flash as if they had been there before; false outside of it. */
  preset(offset: number, bytes: Buffer): boolean;
  /** Somebody has erased or written the flash of the board that is in it since it came in. */
  readonly isTouched: boolean;
  /** Takes the board out, whatever it does. Throws CONFIG_INVALID for an empty nest. */
  takeOut(): BenchBoard;
  /** Puts the next board in. Throws CONFIG_INVALID when there is one, BENCH_FAILED when the bench has no more. */
  putIn(): BenchBoard;
  /** Every board that was in it, in order. */
  boards(): BenchBoard[];
  /** Ends what is in it; nothing comes in any more. May be called twice. */
  close(): void;
}

/** What makes one board differ from the next. */
export interface BoardMake {
  mac: string;
  faults: FaultKind[];
  /** The how manyeth of the bench. */
  unit: number;
}

export interface NestOptions {
  slot: Omit<BoardOptions['slot'], 'mac' | 'faults'> & { flashSizeBytes: number };
  /** The next board of the slot. */
  make: (count: number) => BoardMake;
  wire: Awaited<ReturnType<typeof createWire>>;
  inputs: Pick<BoardInputs, 'drive' | 'strap' | 'hear'>;
  family: (chip: string) => BoardFamily;
  ports: BoardOptions['ports'];
  meter?: NonNullable<BoardOptions['meter']>;
  log: (text: string) => void;
}

interface Fitted {
  /** What the bench reports of it, but for what its flash holds. */
  report: Pick<BenchBoard, 'slot' | 'mac' | 'count' | 'unit'>;
  flash: FlashArray;
  family: BoardFamily;
  /** Of its flash when the bench had made it. */
  changes: number;
}

/** Faults of the rig around the board, which stay when it goes. */
const rigFaults: readonly FaultKind['kind'][] = ['no-power', 'slow-rise', 'stuck-on'];
/** There is no flash in an empty nest, and nobody who would read it. */
const noFlash = createFlashArray({ sizeBytes: 1024, internalSectorBytes: 1024 });

/** A nest with its first board. */
export function createNest(options: NestOptions): Nest {
  const { slot, wire, inputs, log } = options;
  const gone: BenchBoard[] = [];
  let count = 0;
  let faults: FaultKind[] = [];
  let fitted: Fitted | undefined;
  let board: Board | undefined;
  let closed = false;

  const connect = (mac: string, flash: FlashArray): void => {
    const before = board;
    before?.close();
    const { ports, meter, family } = options;
    board = createBoard({
      slot: { ...slot, mac, faults },
      wire,
      flash,
      family,
      ports,
      strap: inputs.strap,
      onHostBytes: inputs.hear,
      log,
      ...(meter && { meter }),
      ...(before && { after: before }),
    });
    inputs.drive(board);
  };
  const putIn = (): BenchBoard => {
    if (closed) throw refused(`${slot.slot} is unplugged`);
    if (fitted) throw refused(`there is a board in ${slot.slot}: take it out first`);
    const made = options.make(count + 1);
    count += 1;
    faults = made.faults;
    if (faults.length > 0) log(`faults ${JSON.stringify(faults)}`);
    fitted = { ...fit(made, options), report: reportOf(made, count, slot.slot) };
    wire.fit({ faults, seed: seedOf(made.mac) });
    connect(made.mac, fitted.flash);
    return { ...stateOf(fitted), isIn: true };
  };
  putIn();

  return {
    get isEmpty() {
      return fitted === undefined;
    },
    get count() {
      return count;
    },
    get isTouched() {
      return fitted !== undefined && fitted.flash.changes > fitted.changes;
    },
    flash: () => boardIn(fitted, slot.slot).flash,
    preset(offset, bytes) {
      const target = boardIn(fitted, slot.slot);
      const { changes } = target.flash;
      const isDone = target.flash.erase(offset, bytes.length) && target.flash.write(offset, bytes);
      target.changes += target.flash.changes - changes;
      return isDone;
    },
    takeOut() {
      if (closed) throw refused(`${slot.slot} is unplugged`);
      const taken = { ...stateOf(boardIn(fitted, slot.slot)), isIn: false };
      gone.push(taken);
      fitted = undefined;
      log(`board ${taken.count} (${taken.mac}) is taken out`);
      faults = [...faults.filter(({ kind }) => rigFaults.includes(kind)), { kind: 'empty' }];
      wire.fit({ faults });
      connect(taken.mac, noFlash);
      return taken;
    },
    putIn() {
      const placed = putIn();
      log(`board ${placed.count} (${placed.mac}) is put in, the bench's ${placed.unit}.`);
      return placed;
    },
    boards: () => [...gone, ...(fitted ? [{ ...stateOf(fitted), isIn: true }] : [])],
    close() {
      closed = true;
      board?.close();
    },
  };
}

/** The board's own parts, as they come from its maker. */
function fit(made: BoardMake, { slot, family }: NestOptions): Omit<Fitted, 'report'> {
  const { internalSectorBytes } = family(slot.chip);
  const flash = createFlashArray({
    sizeBytes: slot.flashSizeBytes,
    faults: made.faults,
    ...(internalSectorBytes !== undefined && { internalSectorBytes }),
  });
  // Its maker knew which chip is fitted.
  const own = family(faultOf(made.faults, 'wrong-chip')?.chip ?? slot.chip);
  own.preset?.(flash);
  return { flash, family: own, changes: flash.changes };
}

function reportOf({ mac, faults, unit }: BoardMake, count: number, slot: string): Fitted['report'] {
  return { slot, mac: faultOf(faults, 'duplicate-mac')?.mac ?? mac, count, unit };
}

function stateOf({ report, flash, family, changes }: Fitted): Omit<BenchBoard, 'isIn'> {
  const version = family.versionIn(flash);
  return { ...report, ...(version !== undefined && { version }), isTouched: flash.changes > changes };
}

function boardIn(fitted: Fitted | undefined, slot: string): Fitted {
  if (fitted === undefined) throw refused(`there is no board in ${slot}`);
  return fitted;
}

function refused(why: string): RigError {
  return new RigError('CONFIG_INVALID', why);
}

/** The last four bytes of the MAC. */
function seedOf(mac: string): number {
  return Number.parseInt(mac.replaceAll(':', '').slice(-8), 16);
}
