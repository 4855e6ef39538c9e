import { macWords, type ChipModel } from './chip-model.js';

const efuse = 0x3ff00050;
const magicRegister = 0x40001000;

/** ESP8266EX, 26 MHz crystal, of which the UART has twice the rate. The ROM takes the crystal for one of 40 MHz: its 115200 baud are 74880. */
export const esp8266: ChipModel = {
  name: 'esp8266',
  chipId: undefined,
  romStatusBytes: 2,
  romBaudRate: 74_880,
  isFirstRom: true,
  hasSecurityInfo: false,
  spi: {
    base: 0x60000200,
    usr: 0x1c,
    usr1: 0x20,
    usr2: 0x24,
    mosiLength: undefined,
    misoLength: undefined,
    w0: 0x40,
    addressInUpperBits: true,
  },
  uartClock: { divider: 0x60000014, hertz: 52_000_000 },
  ram: [
    [0x3ffe8000, 0x40000000],
    [0x40100000, 0x40110000],
  ],
  fixedRegisters(mac) {
    const { low, high } = macWords(mac);
    return new Map([
      [efuse, (low & 0xff) << 24],
      [efuse + 0x04, (low >>> 8) & 0xffff],
      [efuse + 0x08, 0],
      [efuse + 0x0c, (high << 8) | (low >>> 24)],
      [magicRegister, 0xfff0c101],
    ]);
  },
};
