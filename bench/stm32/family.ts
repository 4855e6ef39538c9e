import { faultOf } from '../board-faults.js';
import type { BoardFamily } from '../board-family.js';
import { stm32VersionIn } from '../version-in-flash.js';
import { knock, runStm32, type Kept } from './chip.js';
import type { Stm32Model } from './models.js';

/** Every sector of every chip here is made of whole ones of this size. */
const internalSectorBytes = 1024;

/** One board with an STM32. */
export function stm32Family(model: Stm32Model): BoardFamily {
  let kept: Kept | undefined;
  return {
    knock,
    internalSectorBytes,
    run(parts, mode) {
      const readOut = faultOf(parts.slot.faults, 'protected') !== undefined;
      kept ??= { protection: { readOut, write: new Set() }, hasKnocked: false };
      return runStm32(parts, model, kept, mode);
    },
    versionIn: stm32VersionIn,
  };
}
