import { createBoard, type Board } from '../../bench/board.js';
import { createBoardInputs } from '../../bench/board-inputs.js';
import { createFlashArray } from '../../bench/flash-array.js';
import { createLineBank, linesOf, type LineBank } from '../../bench/lines.js';
import type { FlashArray, StartLoader } from '../../bench/parts.js';
import { createWire } from '../../bench/wire.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease, type ImageBytes } from '../../firmware/demo-release.js';
import type { FactoryAppProgram } from '../../firmware/factory-app.js';
import type { BenchSlot } from '../../rigs/bench.js';
import type { FaultKind } from '../../rigs/faults.js';
import { openHost, type Host } from './host.js';

export const chip = 'bench-gpio';

/** A slot with power (active low), boot strap and reset on its first three lines. */
export function slotWith(faults: FaultKind[] = [], mac = '24:6f:28:11:00:01'): BenchSlot {
  return {
    slot: 'slot1',
    chip: 'esp32',
    flashSizeBytes: 0x400000,
    mac,
    consoleBaudRate: 115200,
    power: { chip, line: 0, activeLow: true },
    boot: { chip, line: 1 },
    reset: { chip, line: 2 },
    lamps: [],
    faults,
  };
}

/** A program that is quick, so that tests are. */
export const quickProgram: FactoryAppProgram = {
  ...demoProgram,
  readyAfterMs: 20,
  wifi: { ...demoProgram.wifi, scanMs: 40, joinMs: 40 },
};

export function smallRelease(program: FactoryAppProgram = quickProgram): ImageBytes[] {
  return buildRelease({ version: '1.2.0', program, appSizeBytes: 48 * 1024, seed: 7 });
}

export interface BoardRig {
  board: Board;
  flash: FlashArray;
  lines: LineBank;
  host: Host;
  log: string[];
  power(on: boolean): void;
  close(): Promise<void>;
}

export interface BoardRigOptions {
  faults?: FaultKind[];
  images?: ImageBytes[];
  mac?: string;
  /** Left out: the loader does nothing. */
  startLoader?: StartLoader;
}

/** A board in this process, with its real wire, lines and flash, and a serial port on its pseudo-terminal. */
export async function makeBoard(options: BoardRigOptions = {}): Promise<BoardRig> {
  const slot = slotWith(options.faults, options.mac);
  const log: string[] = [];
  const say = (text: string) => void log.push(text);
  const lines = createLineBank(linesOf({ slots: [slot] }), say);
  const wire = await createWire({ baudRate: 115200 });
  const flash = createFlashArray({ sizeBytes: slot.flashSizeBytes, faults: slot.faults });
  for (const { offset, bytes } of options.images ?? []) flash.write(offset, bytes);
  const inputs = createBoardInputs({ slot, lines, wire, byHand: false, log: say });
  const startLoader: StartLoader = options.startLoader ?? (() => ({ stop: () => undefined }));
  const board = createBoard({ slot, wire, flash, startLoader, strap: inputs.strap, log: say });
  inputs.drive(board);
  const host = await openHost(wire.serialPath);
  return {
    board,
    flash,
    lines,
    host,
    log,
    power: (on) => lines.output(chip, 0, on ? 0 : 1),
    async close() {
      await host.close();
      inputs.close();
      board.close();
      await wire.close();
    },
  };
}
