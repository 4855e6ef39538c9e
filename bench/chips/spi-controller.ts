import type { FlashArray } from '../parts.js';
import type { SpiRegisters } from './chip-model.js';

const startUserCommand = 1 << 18;
const opcodeMask = 0xff;
/** Commands of a NOR flash chip that answer with data. */
const command = { readId: 0x9f, readSfdp: 0x5a, status1: 0x05, status2: 0x35, status3: 0x15 };
const quadEnabled = 0x02;
/** First bit of the answer's length where it is a field of USR1. */
const misoLengthInUsr1 = 8;

export interface SpiController {
  /** A register was written; runs the user command when it was the start bit. */
  written(address: number): void;
}

/**
 * The user-command part of the SPI flash controller: the host fills its registers one by one, sets the start bit, polls it until it
 * is clear and reads the answer from W0.
 */
export function createSpiController(
  registers: SpiRegisters,
  flash: FlashArray,
  memory: Map<number, number>,
): SpiController {
  const register = (offset: number): number => memory.get(registers.base + offset) ?? 0;

  function misoLength(): number {
    const { misoLength: own, usr1 } = registers;
    return own === undefined ? register(usr1) >>> misoLengthInUsr1 : register(own);
  }

  function answer(): number {
    switch (register(registers.usr2) & opcodeMask) {
      case command.readId:
        return flash.jedecId;
      case command.readSfdp:
        return sfdpWord(registers.addressInUpperBits ? register(4) >>> 8 : register(4));
      case command.status2:
        return quadEnabled;
      default:
        return 0;
    }
  }

  /** The flash chip's description of itself (JESD216): one header, one parameter table at 80, whose second word is the size in bits less 1. */
  function sfdpWord(address: number): number {
    const table = Buffer.alloc(0x100, 0xff);
    table.write('SFDP', 'latin1');
    Buffer.from([0x05, 0x01, 0x00, 0xff, 0x00, 0x05, 0x01, 0x10, 0x80, 0x00, 0x00, 0xff]).copy(table, 4);
    table.writeUInt32LE(flash.sizeBytes * 8 - 1, 0x84);
    return address + 4 <= table.length ? table.readUInt32LE(address) : 0xffffffff;
  }

  return {
    written(address) {
      if (address !== registers.base || (register(0) & startUserCommand) === 0) return;
      memory.set(registers.base, 0);
      const bits = (misoLength() & 0x1ff) + 1;
      const mask = bits >= 32 ? 0xffffffff : 2 ** bits - 1;
      memory.set(registers.base + registers.w0, (answer() & mask) >>> 0);
    },
  };
}
