import { createOutput, type BoardOutput } from './boot/output.js';
import type { ResetCause } from './boot/rom-texts.js';
import type { BoardParts, BootMode } from './board-family.js';
import type { StartLoader } from './parts.js';
import { loads } from './supply.js';

/** What a kind of chip does after a reset. */
export interface ChipFirmware {
  /** Rate of the ROM's text at the usual crystal, in bits per second. */
  romBaudRate: number;
  /** The ROM's text when the boot strap is held; what it has printed last may still be on its way. */
  download(output: BoardOutput, cause: ResetCause): Promise<void>;
  /** Runs what is in flash until the next reset, whose cause it returns. */
  run(parts: BoardParts, output: BoardOutput, cause: ResetCause): Promise<ResetCause>;
}

/** A chip of Espressif's with its surroundings. */
export interface ChipParts extends BoardParts {
  firmware: ChipFirmware;
  startLoader: StartLoader;
}

/** Runs the chip from one reset to the next, until the signal aborts; rejects then. */
export async function runChip(parts: ChipParts, mode: BootMode): Promise<never> {
  let cause: ResetCause = 'power-on';
  for (;;) {
    parts.log(`reset by ${cause}, boots to ${mode}`);
    if (mode === 'download') {
      const { runUserCode = false } = await runLoader(parts, cause);
      cause = 'software-system';
      if (runUserCode) mode = 'run';
    } else {
      cause = await runFlash(parts, cause);
    }
    parts.signal.throwIfAborted();
    // The strapping register keeps its value over a software reset: the loader's own reset leads into the ROM's loader again.
    if (cause === 'watchdog' || cause === 'brown-out') mode = parts.strap();
  }
}

/** Until the loader resets the chip. */
async function runLoader(parts: ChipParts, cause: ResetCause): Promise<{ runUserCode?: boolean }> {
  const { wire, flash, chip, mac, slot, signal, log } = parts;
  await parts.firmware.download(beginRun(parts), cause);
  parts.enter('loader');
  let loader: { stop(): void } | undefined;
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      loader = parts.startLoader({ wire, flash, chip, mac, faults: slot.faults, onReset: resolve, log });
    });
  } finally {
    loader?.stop();
  }
}

function runFlash(parts: ChipParts, cause: ResetCause): Promise<ResetCause> {
  const output = beginRun(parts);
  parts.wire.onReceive((bytes) => parts.onHostBytes?.(bytes));
  return parts.firmware.run(parts, output, cause);
}

function beginRun({ wire, signal, enter, supply, firmware }: ChipParts): BoardOutput {
  const { romBaudRate } = firmware;
  enter('ROM');
  supply.setLoad(loads.loader);
  wire.setBaudRate(romBaudRate);
  return createOutput((bytes) => wire.send(bytes), { baudRate: romBaudRate, signal });
}
