import { macWords, type ChipModel } from './chip-model.js';

const efuse = 0x3ff5a000;
const magicRegister = 0x40001000;
const apbControlDate = 0x3ff6607c;
const calibration = 0x3ff5f06c;

/**
 * ESP32-D0WD-V3, revision 3.0, 40 MHz crystal. The RTC calibration and the eFuse of the 8 MHz oscillator multiply to exactly the crystal's rate:
 * hosts scale the rate that they ask of the ROM by the two.
 */
export const esp32: ChipModel = {
  name: 'esp32',
  chipId: 0,
  romStatusBytes: 4,
  romBaudRate: 115_200,
  hasSecurityInfo: false,
  spi: {
    base: 0x3ff42000,
    usr: 0x1c,
    usr1: 0x20,
    usr2: 0x24,
    mosiLength: 0x28,
    misoLength: 0x2c,
    w0: 0x80,
    addressInUpperBits: true,
  },
  uartClock: { divider: 0x3ff40014, hertz: 40_000_000 },
  ram: [
    [0x3ffae000, 0x40000000],
    [0x40070000, 0x400c2000],
    [0x50000000, 0x50002000],
  ],
  fixedRegisters(mac) {
    const { low, high } = macWords(mac);
    return new Map([
      [efuse + 0x00, 0],
      [efuse + 0x04, low],
      [efuse + 0x08, high],
      [efuse + 0x0c, 0x00008200],
      [efuse + 0x10, 0x80],
      [efuse + 0x14, 0x00100000],
      [efuse + 0x18, 0],
      [calibration, 800 << 7],
      [apbControlDate, 0x80000000],
      [magicRegister, 0x00f01d83],
    ]);
  },
};
