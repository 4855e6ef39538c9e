import type { FlashArray } from '../parts.js';
import type { ChipModel } from './chip-model.js';
import { createSpiController } from './spi-controller.js';

export interface RegistersOptions {
  model: ChipModel;
  mac: string;
  flash: FlashArray;
  /** The rate that the chip's UART runs at, in bits per second. */
  baudRate: () => number;
  /** Until then the flash controller reads nothing. */
  isFlashAttached: () => boolean;
}

/** The chip's address space as READ_REG and WRITE_REG see it. */
export interface Registers {
  read(address: number): number;
  /** Changes the bits of `mask`. */
  write(address: number, value: number, mask: number): void;
}

/** Fixed words, the flash controller, and plain memory for all the rest. */
export function createRegisters({
  model,
  mac,
  flash,
  baudRate,
  isFlashAttached,
}: RegistersOptions): Registers {
  const fixed = model.fixedRegisters(mac);
  const memory = new Map<number, number>();
  const spi = createSpiController(model.spi, flash, memory);

  function read(address: number): number {
    const { divider, hertz = 0 } = model.uartClock ?? {};
    if (address === divider) return Math.round(hertz / baudRate());
    return fixed.get(address) ?? memory.get(address) ?? 0;
  }

  return {
    read,
    write(address, value, mask) {
      memory.set(address, ((read(address) & ~mask) | (value & mask)) >>> 0);
      if (isFlashAttached()) spi.written(address);
      else if (address === model.spi.base) memory.set(address, 0);
    },
  };
}
