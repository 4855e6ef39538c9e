import { encodeProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { hex } from './hex.js';
import { IMAGE_SUM_BYTES, writeImageSum } from './image-sum.js';
import { CODE, lookalike } from './lookalike.js';
import { seededRandom } from './random.js';
import { rp2040, SUM_OFFSET } from './rp2040-image.js';
import { buildUf2, uf2Families } from './uf2.js';
import { crc32Mpeg2 } from './validation/crc32.js';

export interface Rp2040ReleaseOptions {
  /** Carried in the program's document; at most 31 characters. */
  version: string;
  /** What a virtual board does when it runs the application. */
  program: FactoryAppProgram;
  /** Length of the program in flash, from 8 KiB; a multiple of 256. */
  appSizeBytes: number;
  /** Decides the contents: another seed is another build of the same version. */
  seed: number;
}

/** The factory test firmware of the demo board: a Raspberry Pi Pico with a climate sensor and no radio. */
export const demoProgramPico: FactoryAppProgram = {
  format: 1,
  project: 'demo-probe',
  bootLines: [
    'demo probe, factory test firmware, pico-sdk 2.1.1',
    'clock 125 MHz, flash 2048 KiB',
    'sensor: SHT31 found at address 0x44',
  ],
  ready: 'Factory test console ready. Type "help" for the list of commands.',
  readyAfterMs: 250,
  commands: ['help', 'info', 'mem', 'sensor', 'reboot'],
  memory: { heapFreeBytes: 214_016, heapMinFreeBytes: 209_408, psramBytes: 0, flashTest: 'ok' },
  wifi: { networks: [], scanMs: 0, joinMs: 0 },
  sensor: {
    temperatureCelsius: { typical: 23.6, spread: 0.8 },
    humidityPercent: { typical: 44, spread: 3 },
    supplyMillivolts: { typical: 3301, spread: 14 },
  },
};

/** What the release demo-pico-1.2.0 is made of. */
export const demoPico: Rp2040ReleaseOptions = {
  version: '1.2.0',
  program: demoProgramPico,
  appSizeBytes: 196_608,
  seed: 2040,
};

const LEAST_BYTES = 0x2000;

/** The program as it lies in flash, from its start: second stage, vector table, document, code. There is no machine code in it. */
export function buildRp2040Image({ version, program, appSizeBytes, seed }: Rp2040ReleaseOptions): Buffer {
  if (appSizeBytes < LEAST_BYTES || appSizeBytes % 256 !== 0)
    throw new RangeError(
      `${hex(appSizeBytes)} is no length for a program, expected ${hex(LEAST_BYTES)} or more in steps of 0x100`,
    );
  const random = seededRandom(seed);
  const document = encodeProgram(program, { version });
  const codeAt = SUM_OFFSET + IMAGE_SUM_BYTES + document.length;
  if (codeAt > appSizeBytes) throw new RangeError(`the program does not fit into ${hex(appSizeBytes)}`);
  const image = Buffer.alloc(appSizeBytes);
  const second = lookalike(rp2040.boot2Bytes - 4, CODE, random);
  second.copy(image);
  image.writeUInt32LE(crc32Mpeg2(second), second.length);
  vectorTable(rp2040.flashBase + codeAt, random.below).copy(image, rp2040.boot2Bytes);
  document.copy(image, SUM_OFFSET + IMAGE_SUM_BYTES);
  lookalike(appSizeBytes - codeAt, CODE, random).copy(image, codeAt);
  writeImageSum(image, SUM_OFFSET);
  return image;
}

/** The release's one file, in the form that the boot drive takes. */
export function buildRp2040Uf2(options: Rp2040ReleaseOptions): Buffer {
  const family = uf2Families['rp2040'] ?? 0;
  return buildUf2([{ address: rp2040.flashBase, data: buildRp2040Image(options) }], family);
}

/** Initial stack pointer, then handlers: Thumb addresses within the code. */
function vectorTable(codeAddress: number, below: (limit: number) => number): Buffer {
  const table = Buffer.alloc(rp2040.vectorBytes);
  table.writeUInt32LE(rp2040.ramEnd, 0);
  for (let at = 4; at < table.length; at += 4) table.writeUInt32LE((codeAddress + 4 * below(64)) | 1, at);
  return table;
}
