import { demoProgram } from './demo-program.js';
import type { FactoryAppProgram, FactoryCommand } from './factory-app.js';

/** Without a climate sensor there is nothing to ask. */
const withoutSensor: FactoryCommand[] = demoProgram.commands.filter((name) => name !== 'sensor');
const { sensor, ...bare } = demoProgram;

/** The factory test firmware of the ESP32-S3 demo board: 8 MiB of external RAM, a climate sensor. */
export const demoProgramS3: FactoryAppProgram = {
  ...demoProgram,
  project: 'demo-gateway',
  bootLines: [
    'I (389) octal_psram: 8 MB found',
    'I (412) app: demo gateway, factory test firmware',
    'I (468) sensor: SHT31 found at address 0x44',
    'I (655) wifi: station mode, country EU',
  ],
  memory: { heapFreeBytes: 312_704, heapMinFreeBytes: 295_880, psramBytes: 0x800000, flashTest: 'ok' },
  ...(sensor && { sensor }),
};

/** The factory test firmware of the ESP32-C3 demo board: no external RAM, no sensor. */
export const demoProgramC3: FactoryAppProgram = {
  ...bare,
  project: 'demo-switch',
  bootLines: [
    'I (401) app: demo switch, factory test firmware',
    'I (422) nvs: storage opened, 0 entries',
    'I (640) wifi: station mode, country EU',
  ],
  commands: withoutSensor,
  memory: { heapFreeBytes: 198_340, heapMinFreeBytes: 183_112, psramBytes: 0, flashTest: 'ok' },
};

/** The factory test firmware of the ESP8266 demo board: a sketch, so without timestamps; no external RAM, no sensor. */
export const demoProgram8266: FactoryAppProgram = {
  ...bare,
  project: 'demo-plug',
  bootLines: ['demo plug, factory test firmware', 'storage opened, 0 entries', 'mode : sta'],
  commands: withoutSensor,
  memory: { heapFreeBytes: 43_608, heapMinFreeBytes: 38_264, psramBytes: 0, flashTest: 'ok' },
};
