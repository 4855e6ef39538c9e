import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { RigError } from '../../core/errors.js';
import { lastLines } from '../tool.js';
import { makeCalls } from './calls.js';
import { enterListening } from './enter-listening.js';
import { parseIdentity, parseReadLine, parseWriteLine, toolError } from './esptool-output.js';
import { findEsptool, runEsptool } from './esptool-tool.js';
import type { FlashDriver, SerialDriverOptions, FlashImage, WriteResult } from './flash-driver.js';
import { checkPlace, checkRegion, hex } from './place.js';

/** A tool that prints nothing for so long has a board that hangs; with its end it is known in 5 s. */
const silenceMs = 4500;
/** Digesting 1 MB takes the stub less than this, in ms; nothing is printed meanwhile. */
const digestMsPerMegabyte = 1500;
/** Erasing prints nothing until it is done: this much for 64 KiB, 2 s at its slowest, in ms. */
const eraseMsPerBlock = 2000;

/** Flashes ESP chips with the vendor's command, 4.x or 5.x. The loader is entered anew for each call, as the tool leaves it. */
export function openEsptool(options: SerialDriverOptions): FlashDriver {
  const { link, chip, baudRate, log } = options;
  const calls = makeCalls(link.path);
  let flashSizeBytes: number | undefined;

  interface Command {
    args: string[];
    signal: AbortSignal;
    /** What it does, in words that follow "while". */
    doing: string;
    refused: ErrorCode;
    images?: readonly FlashImage[];
    /** Silence that is no stall, on top of what any command may take. */
    quietMs?: number;
    /** Bytes that cross the wire at most. */
    wireBytes?: number;
    onLine?: (line: string) => void;
  }

  const run = async (command: Command): Promise<string[]> => {
    const tool = await findEsptool();
    await enterListening(options, command.signal);
    const { quietMs = 0, wireBytes = 0, images } = command;
    const args = [
      ...['--port', link.path, '--chip', chip, '--baud', String(baudRate)],
      // The rig has put the board into its loader, and the tool's own lines may not even be connected.
      ...['--before', tool.spell('no-reset'), '--after', tool.spell('no-reset'), '--connect-attempts', '1'],
      ...command.args.map((word) => (/^(--)?[a-z]+(-[a-z]+)+$/.test(word) ? tool.spell(word) : word)),
    ];
    const { exitCode, lines } = await runEsptool(tool, {
      args,
      signal: command.signal,
      silenceMs: silenceMs + quietMs,
      timeoutMs: 60_000 + quietMs + (wireBytes * 20_000) / baudRate,
      onSilence: (printed) =>
        new RigError(
          'FLASH_STALLED',
          `esptool on ${link.path} printed nothing for ${silenceMs + quietMs} ms while ${command.doing}; its last lines:\n${lastLines(printed)}`,
        ),
      onLost: () => new RigError('PORT_LOST', `${link.path} went away while ${command.doing}`),
      ...(command.onLine && { onLine: command.onLine }),
      log,
    });
    if (exitCode === 0) return lines;
    throw toolError(lines, { chip, path: link.path, refused: command.refused, ...(images && { images }) });
  };

  return {
    name: 'esptool',
    abilities: new Set(['verify', 'read', 'erase']),
    verifiedBy: 'digest',
    probe: (call) =>
      calls.run(call, async (signal) => {
        const doing = 'reading chip, MAC and flash id';
        const identity = parseIdentity(
          await run({ args: ['flash-id'], signal, doing, refused: 'FLASH_READ_FAILED' }),
          chip,
        );
        flashSizeBytes = identity.flashSizeBytes;
        return identity;
      }),

    write: (images, call) =>
      calls.run(call, async (signal) => {
        for (const image of images) checkPlace(image, flashSizeBytes);
        const totalBytes = sum(images);
        let written = 0;
        let wireBytes = 0;
        let startedAt = 0;
        let endedAt = 0;
        await run({
          args: ['write-flash', ...keep, ...placed(images)],
          signal,
          doing: `writing ${images.map(({ name }) => name).join(', ')}`,
          refused: 'FLASH_WRITE_FAILED',
          images,
          quietMs: digestMs(images),
          wireBytes: totalBytes,
          onLine(line) {
            if (line.startsWith('Configuring flash size')) startedAt = performance.now();
            const progress = parseWriteLine(line, images);
            if (!progress) return;
            endedAt = performance.now();
            const doneBytes = written + progress.doneBytes;
            if (progress.isComplete) written += progress.image.sizeBytes;
            wireBytes += progress.wireBytes ?? 0;
            call?.onProgress?.({ image: progress.image.name, doneBytes, totalBytes });
          },
        });
        if (written !== totalBytes) {
          throw new RigError('TOOL_FAILED', `esptool reported ${written} of ${totalBytes} bytes as written`);
        }
        const seconds = (endedAt - startedAt) / 1000;
        return { wireBytes, sizeBytes: totalBytes, seconds, baudRate } satisfies WriteResult;
      }),

    verify: (images, call) =>
      calls.run(call, async (signal) => {
        await run({
          args: ['verify-flash', ...keep, ...placed(images)],
          signal,
          doing: `verifying ${images.map(({ name }) => name).join(', ')}`,
          refused: 'FLASH_READ_FAILED',
          images,
          quietMs: digestMs(images),
        });
      }),

    read: (offset, sizeBytes, call) =>
      calls.run(call, async (signal) => {
        const folder = await mkdtemp(join(tmpdir(), 'rig-read-'));
        try {
          const path = join(folder, 'flash.bin');
          await run({
            args: ['read-flash', hex(offset), String(sizeBytes), path],
            signal,
            doing: `reading ${sizeBytes} bytes at ${hex(offset)}`,
            refused: 'FLASH_READ_FAILED',
            wireBytes: sizeBytes,
            onLine(line) {
              const doneBytes = parseReadLine(line, offset);
              if (doneBytes === undefined) return;
              call?.onProgress?.({ image: 'read', doneBytes, totalBytes: sizeBytes });
            },
          });
          const bytes = await readFile(path);
          if (bytes.length === sizeBytes) return bytes;
          throw new RigError(
            'FLASH_READ_FAILED',
            `esptool read ${bytes.length} of ${sizeBytes} bytes at ${hex(offset)}`,
          );
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }),

    erase: (region, call) =>
      calls.run(call, async (signal) => {
        if (region) checkRegion(region, flashSizeBytes);
        const sizeBytes = region?.sizeBytes ?? flashSizeBytes ?? 16 * 1024 * 1024;
        await run({
          args: region ? ['erase-region', hex(region.offset), hex(region.sizeBytes)] : ['erase-flash'],
          signal,
          doing: region
            ? `erasing ${hex(region.sizeBytes)} bytes at ${hex(region.offset)}`
            : 'erasing the chip',
          refused: 'FLASH_ERASE_FAILED',
          quietMs: Math.ceil(sizeBytes / 65_536) * eraseMsPerBlock,
        });
        call?.onProgress?.({ image: 'erase', doneBytes: sizeBytes, totalBytes: sizeBytes });
      }),

    close: () => calls.close(),
  };
}

/** Changing the header of a bootloader would leave its hash stale. */
const keep = ['--flash-mode', 'keep', '--flash-freq', 'keep', '--flash-size', 'keep'];

function placed(images: readonly FlashImage[]): string[] {
  return images.flatMap(({ offset, path }) => [hex(offset), path]);
}

function sum(images: readonly FlashImage[]): number {
  return images.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

/** The longest of the digests, each of which the tool waits for in silence. */
function digestMs(images: readonly FlashImage[]): number {
  const largest = Math.max(0, ...images.map(({ sizeBytes }) => sizeBytes));
  // What a small image needs is within the silence that any command may keep.
  return Math.max(0, Math.ceil((largest / 1e6 - 2) * digestMsPerMegabyte));
}
