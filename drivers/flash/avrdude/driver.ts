import { readFile } from 'node:fs/promises';
import { RigError } from '../../../core/errors.js';
import { avrChipNamed, avrChips, type AvrChip } from '../../../firmware/avr-chips.js';
import { lastLines } from '../../tool.js';
import { makeCalls } from '../calls.js';
import type { FlashDriver, FlashImage, SerialDriverOptions } from '../flash-driver.js';
import { hex } from '../place.js';
import { pagesOf, readContents, sizeOf, within, type Contents } from './contents.js';
import { withFile } from './hex-file.js';
import { compare, program, type Job } from './jobs.js';
import { signatureIn, signatureText } from './output.js';
import { runSession, type Command } from './session.js';

/**
 * Flashes AVRs with optiboot by the command avrdude. The loader is entered anew for each call, as the tool leaves it. Images may be Intel HEX, whose
 * addresses count then. Optiboot's own pages are never written: an image may hold there only what is there.
 */
export function openAvrdude(options: SerialDriverOptions): FlashDriver {
  const chip = chipOf(options);
  const { path } = options.link;
  const calls = makeCalls(path);
  const loaderStart = chip.flashBytes - chip.loaderBytes;
  const run = (command: Command) => runSession(options, chip, command);
  const namesOf = (images: readonly FlashImage[]) => images.map(({ name }) => name).join(', ');

  /** What the images have where the loader is: all of it, but for FF, must be there already. */
  const checkLoaderPart = async (contents: readonly Contents[], signal: AbortSignal) => {
    const part = within(contents, loaderStart, chip.flashBytes).filter(({ data }) =>
      data.some((byte) => byte !== 0xff),
    );
    if (part.length === 0) return;
    const job: Job = {
      run,
      path,
      signal,
      doing: 'comparing the loader with the image',
      refused: 'FLASH_READ_FAILED',
    };
    const difference = await compare(part, job);
    if (!difference) return;
    const what = `${difference.image} reaches into the loader, which begins at ${hex(loaderStart)}, and has other bytes there`;
    throw new RigError('FLASH_TOO_SMALL', what);
  };

  return {
    name: 'avrdude',
    abilities: new Set(['verify', 'read', 'erase']),
    verifiedBy: 'read-back',

    probe: (call) =>
      calls.run(call, async (signal) => {
        const lines = await run({
          args: [],
          signal,
          doing: 'reading the signature',
          refused: 'FLASH_PROTOCOL',
          wireBytes: 0,
          placeOf: () => '',
        });
        if (signatureIn(lines) !== signatureText(chip)) {
          const what = `avrdude on ${path} ended well without naming the signature; its last lines:\n${lastLines(lines)}`;
          throw new RigError('TOOL_FAILED', what);
        }
        return { chip: chip.chip, description: chip.description, flashSizeBytes: chip.flashBytes };
      }),

    write: (images, call) =>
      calls.run(call, async (signal) => {
        const contents = await readContents(images, chip);
        await checkLoaderPart(contents, signal);
        const own = within(contents, 0, loaderStart);
        const totalBytes = sizeOf(contents);
        const elsewhere = totalBytes - sizeOf(own);
        const { wireBytes, seconds } = await program(pagesOf(own, chip.pageBytes), {
          ...{ run, path, signal, doing: `writing ${namesOf(images)}`, refused: 'FLASH_WRITE_FAILED' },
          contents: own,
          onProgress: (image, doneBytes) =>
            call?.onProgress?.({ image, doneBytes: elsewhere + doneBytes, totalBytes }),
        });
        return { wireBytes, sizeBytes: totalBytes, seconds, baudRate: options.baudRate };
      }),

    verify: (images, call) =>
      calls.run(call, async (signal) => {
        const contents = await readContents(images, chip);
        const doing = `verifying ${namesOf(images)}`;
        const difference = await compare(contents, {
          run,
          path,
          signal,
          doing,
          refused: 'FLASH_READ_FAILED',
        });
        if (!difference) return;
        const { image, address, found, wanted } = difference;
        const what = `${image} at ${hex(address)} is ${hex(found)} on the board on ${path}, expected ${hex(wanted)}`;
        throw new RigError('FLASH_VERIFY_MISMATCH', what);
      }),

    read: (offset, sizeBytes, call) =>
      calls.run(call, async (signal) => {
        checkInside(offset, sizeBytes, chip);
        let doneBytes = 0;
        const bytes = await withFile('flash.bin', async (file) => {
          await run({
            args: ['-U', `flash:r:${file}:r`],
            signal,
            doing: `reading ${sizeBytes} bytes at ${hex(offset)}`,
            refused: 'FLASH_READ_FAILED',
            wireBytes: chip.flashBytes,
            placeOf: atAddress,
            onPage({ address, data }) {
              const piece = within(
                [{ address: offset, data: Buffer.alloc(sizeBytes) }],
                address,
                address + data.length,
              );
              doneBytes += sizeOf(piece);
              call?.onProgress?.({ image: 'read', doneBytes, totalBytes: sizeBytes });
            },
          });
          return readFile(file);
        });
        if (bytes.length === chip.flashBytes) return bytes.subarray(offset, offset + sizeBytes);
        const what = `avrdude on ${path} read ${bytes.length} of ${chip.flashBytes} bytes`;
        throw new RigError('FLASH_READ_FAILED', what);
      }),

    erase: (region = { offset: 0, sizeBytes: chip.flashBytes }, call) =>
      calls.run(call, async (signal) => {
        const { offset, sizeBytes } = region;
        checkInside(offset, sizeBytes, chip);
        if (offset % chip.pageBytes !== 0 || sizeBytes % chip.pageBytes !== 0) {
          const what = `the region ${hex(offset)} + ${hex(sizeBytes)} to erase is not made of whole pages of ${hex(chip.pageBytes)}`;
          throw new RigError('CONFIG_INVALID', what);
        }
        // Optiboot has no command for it: a page of FF is an erased one. It keeps its own pages.
        const contents = within(
          [{ image: 'erase', address: offset, data: Buffer.alloc(sizeBytes, 0xff) }],
          0,
          loaderStart,
        );
        const totalBytes = sizeOf(contents);
        if (totalBytes === 0) {
          const what = `optiboot erases no page of the loader, which begins at ${hex(loaderStart)}`;
          throw new RigError('FLASH_UNSUPPORTED', what);
        }
        await program(pagesOf(contents, chip.pageBytes), {
          ...{ run, path, signal, doing: 'erasing', refused: 'FLASH_ERASE_FAILED', contents },
          placeOf: atAddress,
          onProgress: (image, doneBytes) => call?.onProgress?.({ image, doneBytes, totalBytes }),
        });
      }),

    close: () => calls.close(),
  };
}

function chipOf({ chip }: SerialDriverOptions): AvrChip {
  const avr = avrChipNamed(chip);
  if (avr) return avr;
  const known = avrChips.map((each) => each.chip).join(', ');
  throw new RigError('CONFIG_INVALID', `the driver avrdude flashes ${known}; the board file names ${chip}`);
}

function atAddress(address: number | undefined): string {
  return address === undefined ? '' : `, at ${hex(address)}`;
}

function checkInside(offset: number, sizeBytes: number, chip: AvrChip): void {
  if (offset >= 0 && sizeBytes > 0 && offset + sizeBytes <= chip.flashBytes) return;
  const what = `the region ${hex(offset)} + ${hex(sizeBytes)} is not within the flash of this board, ${hex(chip.flashBytes)}`;
  throw new RigError('FLASH_TOO_SMALL', what);
}
