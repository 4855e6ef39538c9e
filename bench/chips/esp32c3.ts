import { laterSpi, systemRegisters } from './esp32s3.js';
import type { ChipModel } from './chip-model.js';

/** ESP32-C3 (QFN32), revision 0.4. */
export const esp32c3: ChipModel = {
  name: 'esp32c3',
  chipId: 5,
  romStatusBytes: 4,
  romBaudRate: 115_200,
  hasSecurityInfo: true,
  spi: laterSpi,
  ram: [
    [0x3fc80000, 0x3fce0000],
    [0x4037c000, 0x403e0000],
    [0x50000000, 0x50002000],
  ],
  fixedRegisters: (mac) =>
    systemRegisters({ efuse: 0x60008800, mac, magic: 0x1b31506f, minorRevision: 4, majorRevision: 0 }),
};
