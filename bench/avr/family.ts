import type { AvrChip } from '../../firmware/avr-chips.js';
import { CODE, lookalike } from '../../firmware/lookalike.js';
import { seededRandom } from '../../firmware/random.js';
import type { BoardFamily, BoardParts, BootMode } from '../board-family.js';
import type { FlashArray } from '../parts.js';
import { loads } from '../supply.js';
import { avrVersionIn } from '../version-in-flash.js';
import { runApplication } from './application.js';
import { optibootBaudRate, runOptiboot } from './optiboot.js';

/** GET_SYNC, with which avrdude begins. */
const knock = Buffer.from([0x30, 0x20]);

/** Boards with an AVR of the Arduino Uno's kind and optiboot. */
export function avrFamily(avr: AvrChip): BoardFamily {
  return {
    knock,
    internalSectorBytes: avr.pageBytes,
    preset: (flash) => presetLoader(flash, avr),
    run: (parts, mode) => runAvr(parts, mode, avr),
    versionIn: (flash) => avrVersionIn(avr, flash),
  };
}

/**
 * Runs the chip from one reset to the next, until the signal aborts; rejects then. The loader is entered by the reset pin alone, by its own way
 * out when there is no program, and by the hand at the bench; every other reset leads into the program.
 */
async function runAvr(parts: BoardParts, mode: BootMode, avr: AvrChip): Promise<never> {
  const { wire, flash, enter, log, signal, startedBy, supply } = parts;
  let isExternal = startedBy === 'pin' || mode === 'download';
  log(isExternal ? 'reset by its pin' : 'reset by power');
  for (;;) {
    const isBlank = programIsBlank(flash, avr);
    if (isExternal || isBlank) {
      enter('loader');
      supply.setLoad(loads.loader);
      wire.setBaudRate(optibootBaudRate);
      await runOptiboot({ ...parts, avr, hasProgram: !isBlank });
    } else {
      await runApplication(parts, avr);
      log('reset by watchdog');
    }
    signal.throwIfAborted();
    isExternal = false;
  }
}

/** A core that starts in erased flash runs through it into the loader. */
function programIsBlank(flash: FlashArray, { flashBytes, loaderBytes }: AvrChip): boolean {
  return flash.read(0, flashBytes - loaderBytes).every((byte) => byte === 0xff);
}

/** The loader, which the board's maker has put there; what stands for its code is the same on every board. */
function presetLoader(flash: FlashArray, { flashBytes, loaderBytes }: AvrChip): void {
  const start = flashBytes - loaderBytes;
  flash.write(start, lookalike(loaderBytes, CODE, seededRandom(start)));
}
