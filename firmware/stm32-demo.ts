import type { FactoryAppProgram, FactoryCommand } from './factory-app.js';
import type { Stm32ImageOptions } from './stm32-image.js';

const commands: FactoryCommand[] = ['help', 'info', 'mem', 'reboot'];
const common = {
  format: 1 as const,
  ready: 'Factory test console ready. Type "help" for the list of commands.',
  wifi: { networks: [], scanMs: 0, joinMs: 0 },
} satisfies Partial<FactoryAppProgram>;

/** The factory test firmware of the Blue Pill demo board: a motor controller with 20 KiB of RAM, without radio and sensors. */
export const demoProgramF103: FactoryAppProgram = {
  ...common,
  project: 'demo-motor',
  bootLines: ['I: demo motor, factory test firmware', 'I: bridge driver answers, no fault'],
  readyAfterMs: 120,
  commands,
  memory: { heapFreeBytes: 9_216, heapMinFreeBytes: 7_904, psramBytes: 0, flashTest: 'ok' },
};

/** The factory test firmware of the Black Pill demo board: a data logger with a climate sensor. */
export const demoProgramF411: FactoryAppProgram = {
  ...common,
  project: 'demo-logger',
  bootLines: ['I: demo logger, factory test firmware', 'I: SHT31 found at address 0x44'],
  readyAfterMs: 150,
  commands: [...commands, 'sensor'],
  memory: { heapFreeBytes: 81_920, heapMinFreeBytes: 77_312, psramBytes: 0, flashTest: 'ok' },
  sensor: {
    temperatureCelsius: { typical: 23.6, spread: 0.8 },
    humidityPercent: { typical: 44, spread: 3 },
    supplyMillivolts: { typical: 3302, spread: 16 },
  },
};

/** What the release demo-stm32f103-1.2.0 is made of. */
export const demoF103: Stm32ImageOptions = {
  chip: 'stm32f103',
  version: '1.2.0',
  program: demoProgramF103,
  appSizeBytes: 22_512,
  seed: 103,
};

/** What the release demo-stm32f411-1.2.0 is made of. */
export const demoF411: Stm32ImageOptions = {
  chip: 'stm32f411',
  version: '1.2.0',
  program: demoProgramF411,
  appSizeBytes: 41_960,
  seed: 411,
};
