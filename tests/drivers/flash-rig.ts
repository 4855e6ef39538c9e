import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { FlashDriver, FlashDriverOptions, FlashImage } from '../../drivers/flash/flash-driver.js';
import { openFlashDriver, type FlashDriverKind } from '../../drivers/flash/open-flash-driver.js';
import { startLoaderStand, type LoaderStand, type LoaderStandOptions } from '../bench/loader-stand.js';

/** Bytes that do not compress, the same for the same seed. */
export function noise(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed;
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

/** Image files in a folder of their own, each with its compressed form. */
export function imageFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'flash-images-'));
  return {
    add(name: string, offset: number, bytes: Buffer): FlashImage {
      const path = join(folder, `${name}.bin`);
      const deflatedPath = `${path}.z`;
      writeFileSync(path, bytes);
      writeFileSync(deflatedPath, deflateSync(bytes, { level: 9 }));
      const md5 = createHash('md5').update(bytes).digest('hex');
      return { name, offset, path, sizeBytes: bytes.length, md5, deflatedPath };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface FlashRig {
  stand: LoaderStand;
  driver: FlashDriver;
  /** How often the driver asked for the loader. */
  entered(): number;
}

/** Runs `use` with a board and a driver for it, and leaves nothing behind. */
export async function withBoard(
  kind: FlashDriverKind,
  options: LoaderStandOptions & { driver?: Partial<FlashDriverOptions>; strap?: 'download' | 'run' },
  use: (rig: FlashRig) => Promise<void>,
): Promise<void> {
  const { driver: more, strap = 'download', ...board } = options;
  const stand = await startLoaderStand(board);
  let entered = 0;
  const driver = await openFlashDriver(kind, {
    link: { path: stand.serialPath, baudRate: 115_200 },
    chip: 'esp32',
    baudRate: 921_600,
    async enterLoader() {
      entered += 1;
      await (strap === 'download' ? stand.resetIntoLoader() : stand.resetIntoApplication());
    },
    ...more,
  });
  try {
    await use({ stand, driver, entered: () => entered });
  } finally {
    await driver.close();
    await stand.close();
  }
}

/** The error of something that must fail, and the moment at which it did. */
export async function failureOf(work: Promise<unknown>): Promise<{ error: Error; at: number }> {
  try {
    await work;
  } catch (error) {
    return { error: error as Error, at: performance.now() };
  }
  throw new Error('it passed');
}
