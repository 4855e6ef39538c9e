import type { BoardFamily, BoardParts, BootMode } from '../board-family.js';
import { runFlash } from './flash-run.js';
import { runUsbLoader } from './usb-loader.js';
import { untilAborted } from '../until-aborted.js';
import { picoVersionIn } from '../version-in-flash.js';

/** Chips that start a USB loader with a drive when BOOTSEL is held, or when their flash holds nothing that they can run. */
export const usbDriveChips: readonly string[] = ['rp2040', 'rp2350'];

/** Boards with a chip of Raspberry Pi's. Their UART has no loader, so there is nothing to knock with. */
export const rp2040Family: BoardFamily = {
  knock: Buffer.alloc(0),
  run: runBoard,
  versionIn: picoVersionIn,
};

async function runBoard(parts: BoardParts, mode: BootMode): Promise<never> {
  for (;;) {
    parts.log(`starts, boots to ${mode}`);
    if (mode === 'run' && (await runFlash(parts)) === 'reset') {
      parts.signal.throwIfAborted();
      mode = parts.strap();
      continue;
    }
    const { startsRam } = await runUsbLoader(parts);
    if (startsRam) {
      parts.enter('unknown application in RAM');
      await untilAborted(parts.signal);
    }
    // BOOTSEL is a button: who pressed it to see the drive has let go of it long before a file is copied.
    mode = 'run';
  }
}
