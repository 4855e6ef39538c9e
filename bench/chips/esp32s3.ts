import { macWords, type ChipModel, type SpiRegisters } from './chip-model.js';

/** The flash controller of the chips after the ESP32. */
export const laterSpi: SpiRegisters = {
  base: 0x60002000,
  usr: 0x18,
  usr1: 0x1c,
  usr2: 0x20,
  mosiLength: 0x24,
  misoLength: 0x28,
  w0: 0x58,
  addressInUpperBits: false,
};

export interface SystemRegisters {
  /** Base of the eFuse controller. */
  efuse: number;
  mac: string;
  magic: number;
  minorRevision: number;
  majorRevision: number;
}

/** MAC, revision and magic as ESP32-S3 and ESP32-C3 hold them. No flash or PSRAM in the package. */
export function systemRegisters(chip: SystemRegisters): Map<number, number> {
  const { low, high } = macWords(chip.mac);
  return new Map([
    [chip.efuse + 0x34, 0],
    [chip.efuse + 0x38, 0],
    [chip.efuse + 0x44, low],
    [chip.efuse + 0x48, high],
    [chip.efuse + 0x50, (chip.minorRevision & 7) << 18],
    [chip.efuse + 0x54, 0],
    [chip.efuse + 0x58, ((chip.minorRevision >> 3) << 23) | (chip.majorRevision << 24)],
    [0x40001000, chip.magic],
  ]);
}

/** ESP32-S3 (QFN56), revision 0.2. */
export const esp32s3: ChipModel = {
  name: 'esp32s3',
  chipId: 9,
  romStatusBytes: 4,
  romBaudRate: 115_200,
  hasSecurityInfo: true,
  spi: laterSpi,
  ram: [
    [0x3fc88000, 0x3fd00000],
    [0x40370000, 0x403e0000],
    [0x50000000, 0x50002000],
  ],
  fixedRegisters: (mac) =>
    systemRegisters({ efuse: 0x60007000, mac, magic: 0x00000009, minorRevision: 2, majorRevision: 0 }),
};
