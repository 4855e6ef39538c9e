import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RigError } from '../../../core/errors.js';
import { makeCalls } from '../calls.js';
import type { FlashCallOptions, FlashDriver, SerialDriverOptions } from '../flash-driver.js';
import { stm32Chip } from './chips.js';
import { checkPieces, checkSectors, readPieces, sectorsOf } from './contents.js';
import {
  checkBlank,
  eraseChip,
  eraseRegion,
  readRegion,
  verifyPiece,
  writePiece,
  type Visit,
} from './flash-work.js';
import { progressOf } from './piece-progress.js';
import { openSession } from './session.js';

/** Flashes STM32 chips with the command `stm32flash`. The loader is entered anew for each call. Images may be Intel HEX, whose addresses count then. */
export function openStm32flash(options: SerialDriverOptions): FlashDriver {
  const { link, baudRate } = options;
  const chip = stm32Chip(options.chip);
  const calls = makeCalls(link.path);

  /** Throws FLASH_PROTECTED, and what keeps the loader from being met. */
  const visit = async <T>(signal: AbortSignal, work: (visit: Visit) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(tmpdir(), 'rig-stm32flash-'));
    try {
      const session = await openSession(options, chip, { folder, signal });
      if (session.isProtected) {
        const what = `the ${chip.chip} on ${link.path} refuses to be read: its read-out protection is on. To lift it and erase the chip, put it into its loader and run: stm32flash -k ${link.path}`;
        throw new RigError('FLASH_PROTECTED', what);
      }
      const flashSizeBytes =
        session.identity.flashSizeBytes ?? options.flashSizeBytes ?? chip.flash.flashBytes ?? Infinity;
      return await work({ session, chip, flashSizeBytes, folder });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const onVisit = <T>(call: FlashCallOptions | undefined, work: (visit: Visit) => Promise<T>): Promise<T> =>
    calls.run(call, (signal) => visit(signal, work));

  return {
    name: 'stm32flash',
    abilities: new Set(['verify', 'read', 'erase']),
    verifiedBy: 'read-back',
    probe: (call) => onVisit(call, ({ session }) => Promise.resolve(session.identity)),

    write: (images, call) =>
      calls.run(call, async (signal) => {
        const totalBytes = images.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
        const pieces = await readPieces(images, chip.flash);
        const report = progressOf(images, pieces, call?.onProgress);
        return visit(signal, async (here) => {
          checkPieces(pieces, here.flashSizeBytes);
          const startedAt = performance.now();
          for (const region of sectorsOf(pieces, chip.flash)) await eraseRegion(here, region);
          for (const piece of pieces) await writePiece(here, piece, (doneBytes) => report(piece, doneBytes));
          const seconds = (performance.now() - startedAt) / 1000;
          return { wireBytes: totalBytes, sizeBytes: totalBytes, seconds, baudRate };
        });
      }),

    verify: (images, call) =>
      calls.run(call, async (signal) => {
        const pieces = await readPieces(images, chip.flash);
        await visit(signal, async (here) => {
          checkPieces(pieces, here.flashSizeBytes);
          for (const piece of pieces) await verifyPiece(here, piece);
        });
      }),

    read: (offset, sizeBytes, call) =>
      onVisit(call, async (here) => {
        const front = offset % 4;
        const region = { offset: offset - front, sizeBytes: front + sizeBytes };
        const onBytes = (bytes: number) =>
          call?.onProgress?.({ image: 'read', doneBytes: Math.max(0, bytes - front), totalBytes: sizeBytes });
        return (await readRegion(here, region, { onBytes })).subarray(front);
      }),

    erase: (region, call) =>
      onVisit(call, async (here) => {
        const whole = region ?? { offset: 0, sizeBytes: here.flashSizeBytes };
        checkSectors(whole, chip.flash, here.flashSizeBytes);
        await (region ? eraseRegion(here, region) : eraseChip(here));
        await checkBlank(here, whole);
        call?.onProgress?.({ image: 'erase', doneBytes: whole.sizeBytes, totalBytes: whole.sizeBytes });
      }),

    close: () => calls.close(),
  };
}
