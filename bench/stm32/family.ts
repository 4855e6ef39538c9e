import { faultOf } from '../board-faults.js';
import type { BoardFamily } from '../board-family.js';
import { runStm32 } from './chip.js';
import type { Protection } from './memory.js';
import type { Stm32Model } from './models.js';

/** With this byte a host begins, for the loader to measure its rate. */
const knock = Buffer.of(0x7f);
/** Every sector of every chip here is made of whole ones of this size. */
const internalSectorBytes = 1024;

/** One board with an STM32. */
export function stm32Family(model: Stm32Model): BoardFamily {
  let protection: Protection | undefined;
  return {
    knock,
    internalSectorBytes,
    run(parts, mode) {
      protection ??= { readOut: faultOf(parts.slot.faults, 'protected') !== undefined, write: new Set() };
      return runStm32(parts, model, protection, mode);
    },
  };
}
