import { createBoard, type Board } from '../../bench/board.js';
import { createBoardInputs } from '../../bench/board-inputs.js';
import { espFamily, espSync } from '../../bench/families.js';
import { createFlashArray } from '../../bench/flash-array.js';
import { createLineBank, linesOf, type LineBank } from '../../bench/lines.js';
import type { FlashArray, StartLoader } from '../../bench/parts.js';
import { createWire } from '../../bench/wire.js';
import { withDeadline } from '../../core/deadline.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease, type DemoReleaseOptions, type ImageBytes } from '../../firmware/demo-release.js';
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

export function smallRelease(
  program: FactoryAppProgram = quickProgram,
  chip: DemoReleaseOptions['chip'] = 'esp32',
): ImageBytes[] {
  return buildRelease({ chip, version: '1.2.0', program, appSizeBytes: 48 * 1024, seed: 7 });
}

export interface BoardRig {
  board: Board;
  flash: FlashArray;
  lines: LineBank;
  host: Host;
  serialPath: string;
  rfc2217: string;
  log: string[];
  /** What the meter showed. */
  meter: {
    highestMillivolts: number;
    highestMilliamps: number;
    lastMillivolts?: number;
    lastMilliamps?: number;
  };
  power(on: boolean): void;
  /** Waits until the board is in that state. */
  untilState(state: Board['state']): Promise<void>;
  /** Waits until the meter shows that. */
  untilMeter(millivolts: number, milliamps: number): Promise<void>;
  /** Waits for a line of the bench's log. */
  untilLog(text: string): Promise<void>;
  close(): Promise<void>;
}

export interface BoardRigOptions {
  /** `esp32` unless told. */
  chip?: string;
  /** Rate of the host's end of the console; 115200 unless told. */
  hostBaudRate?: number;
  faults?: FaultKind[];
  images?: ImageBytes[];
  mac?: string;
  /** Left out: the loader does nothing. */
  startLoader?: StartLoader;
  byHand?: boolean;
}

/** A board in this process, with its real wire, lines and flash, and a serial port on its pseudo-terminal. */
export async function makeBoard(options: BoardRigOptions = {}): Promise<BoardRig> {
  const slot = { ...slotWith(options.faults, options.mac), ...(options.chip && { chip: options.chip }) };
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const say = (text: string) => {
    log.push(text);
    // The state itself changes right after it was said.
    setImmediate(() => [...waiting].forEach((look) => look()));
  };
  const lines = createLineBank(linesOf({ slots: [slot] }), say);
  const wire = await createWire({ baudRate: 115200 });
  const flash = createFlashArray({ sizeBytes: slot.flashSizeBytes, faults: slot.faults });
  for (const { offset, bytes } of options.images ?? []) flash.write(offset, bytes);
  const inputs = createBoardInputs({
    slot,
    lines,
    wire,
    byHand: options.byHand ?? false,
    knock: espSync,
    log: say,
  });
  const startLoader: StartLoader = options.startLoader ?? (() => ({ stop: () => undefined }));
  const meter: BoardRig['meter'] = { highestMillivolts: 0, highestMilliamps: 0 };
  const board = createBoard({
    slot,
    wire,
    flash,
    family: (fitted) => espFamily(fitted, startLoader),
    ports: {},
    meter: {
      show(railMillivolts, railMilliamps) {
        meter.highestMillivolts = Math.max(meter.highestMillivolts, railMillivolts);
        meter.highestMilliamps = Math.max(meter.highestMilliamps, railMilliamps);
        meter.lastMillivolts = railMillivolts;
        meter.lastMilliamps = railMilliamps;
        for (const look of [...waiting]) look();
      },
    },
    strap: inputs.strap,
    onHostBytes: inputs.hear,
    log: say,
  });
  inputs.drive(board);
  const seen = (look: () => boolean, what: string): Promise<void> =>
    withDeadline(
      () =>
        new Promise<void>((resolve) => {
          const check = () => look() && resolve();
          waiting.add(check);
          check();
        }),
      {
        timeoutMs: 5000,
        onTimeout: () => new Error(`no ${what}; the board is ${board.state} after ${log.join(' / ')}`),
      },
    );
  const host = await openHost(wire.serialPath, options.hostBaudRate);
  return {
    board,
    flash,
    lines,
    host,
    serialPath: wire.serialPath,
    rfc2217: wire.rfc2217,
    log,
    meter,
    power: (on) => lines.output(chip, 0, on ? 0 : 1),
    untilState: (state) => seen(() => board.state === state, `state ${state}`),
    untilMeter: (millivolts, milliamps) =>
      seen(
        () => meter.lastMillivolts === millivolts && meter.lastMilliamps === milliamps,
        `${millivolts} mV and ${milliamps} mA, but ${meter.lastMillivolts} and ${meter.lastMilliamps}`,
      ),
    untilLog: (text) => seen(() => log.includes(text), `'${text}' in the log`),
    async close() {
      await host.close();
      inputs.close();
      board.close();
      await wire.close();
    },
  };
}
