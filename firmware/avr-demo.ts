import { buildAvrImage, type AvrImageOptions } from './avr-image.js';
import type { FactoryAppProgram } from './factory-app.js';
import { buildIntelHex } from './intel-hex.js';

/** The factory test firmware of the demo board: an Arduino Uno with a climate sensor, 2 KiB of RAM and no radio. */
export const demoProgramUno: FactoryAppProgram = {
  format: 1,
  project: 'demo-meter',
  bootLines: ['demo meter, factory test firmware, 16 MHz', 'sensor: SHT31 found at address 0x44'],
  ready: 'Factory test console ready. Type "help" for the list of commands.',
  readyAfterMs: 150,
  commands: ['help', 'info', 'mem', 'sensor'],
  memory: { heapFreeBytes: 1184, heapMinFreeBytes: 1012, psramBytes: 0, flashTest: 'ok' },
  wifi: { networks: [], scanMs: 0, joinMs: 0 },
  sensor: {
    temperatureCelsius: { typical: 23.6, spread: 0.8 },
    humidityPercent: { typical: 44, spread: 3 },
    supplyMillivolts: { typical: 4996, spread: 22 },
  },
};

/** What the release demo-uno-1.2.0 is made of. */
export const demoUno: AvrImageOptions = {
  version: '1.2.0',
  program: demoProgramUno,
  appSizeBytes: 14_336,
  seed: 328,
};

/** The release's one file, as avr-gcc's tools make it. */
export function buildAvrHex(options: AvrImageOptions): Buffer {
  return buildIntelHex([{ address: 0, data: buildAvrImage(options) }]);
}
