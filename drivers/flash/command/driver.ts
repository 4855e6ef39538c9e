import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';
import { chipFlashOf } from '../../../firmware/chip-flash.js';
import { makeCalls } from '../calls.js';
import type { FlashAbility, FlashDriver, FlashImage, Having, VerifiedBy } from '../flash-driver.js';
import { checkPlace, checkRegion, hex } from '../place.js';
import type { CommandTool } from './command-tool.js';
import { differenceAt } from './difference.js';
import { identityOf } from './identity.js';
import { placeholdersIn, type Values } from './placeholders.js';
import { runCall, type CallRun } from './run-call.js';

/**
 * Flashes a board with a tool that the board file describes. The loader is entered anew for each call, as nobody knows how the tool leaves it.
 * Whatever the tool is, it is asked for the chip before the first write, if it can tell; and what cannot be compared afterwards is good by its
 * own word only.
 */
export function openCommand(options: Having<'command'>): FlashDriver {
  const { command: tool, chip, flashSizeBytes, link, network, drive, baudRate } = options;
  const calls = makeCalls(link?.path ?? network?.host ?? drive ?? tool.args[0] ?? 'the tool');
  const { baseAddress = 0, pageBytes = 1 } = chipFlashOf(chip) ?? {};
  let isIdentified = false;
  let lastWritten: string | undefined;

  const run = (work: CallRun) => runCall(options, work);
  const region = (offset: number, sizeBytes: number): Values => ({
    offset: hex(offset),
    address: `0x${(baseAddress + offset).toString(16).padStart(8, '0')}`,
    size: String(sizeBytes),
  });
  const ofImage = (image: FlashImage): Values => ({
    ...region(image.offset, image.sizeBytes),
    file: image.path,
  });

  const identify = async (signal: AbortSignal): Promise<DeviceIdentity> => {
    isIdentified = false;
    if (!tool.probe) {
      isIdentified = true;
      return { chip, description: `${chip} by the board file; the tool asks no chip` };
    }
    const doing = 'reading which chip there is';
    const lines = await run({ call: tool.probe, doing, silence: 'DUT_SILENT', signal });
    const identity = identityOf(lines.identity(), chip);
    isIdentified = true;
    return identity;
  };

  const write = async (image: FlashImage, signal: AbortSignal, onDone: (bytes: number) => void) => {
    let doneBytes = 0;
    await run({
      call: tool.write,
      values: ofImage(image),
      doing: `writing ${image.name} at ${hex(image.offset)}`,
      silence: 'FLASH_STALLED',
      signal,
      onProgress(progress) {
        const bytes =
          'bytes' in progress ? progress.bytes : Math.floor((image.sizeBytes * progress.percent) / 100);
        doneBytes = Math.max(doneBytes, Math.min(bytes, image.sizeBytes));
        onDone(doneBytes);
      },
    });
    onDone(image.sizeBytes);
  };

  const read = async (offset: number, sizeBytes: number, signal: AbortSignal, doing: string) => {
    if (!tool.read) throw unsupported('read', 'read');
    const folder = await mkdtemp(join(tmpdir(), 'rig-read-'));
    try {
      const file = join(folder, 'flash.bin');
      const values = { ...region(offset, sizeBytes), file };
      await run({ call: tool.read, values, doing, silence: 'FLASH_STALLED', signal });
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      if (bytes.length === sizeBytes) return bytes;
      const what = `the tool wrote ${bytes.length} of ${sizeBytes} bytes while ${doing}`;
      throw new RigError('FLASH_READ_FAILED', what);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const verify = async (image: FlashImage, signal: AbortSignal) => {
    const doing = `verifying ${image.name} at ${hex(image.offset)}`;
    if (tool.verify) {
      await run({ call: tool.verify, values: ofImage(image), doing, silence: 'FLASH_STALLED', signal });
      return;
    }
    const wanted = await readFile(image.path);
    const different = differenceAt(await read(image.offset, wanted.length, signal, doing), wanted);
    if (different === undefined) return;
    const what = `${image.name} differs at ${hex(image.offset + different.offset)}: flash has ${different.found}, the image ${different.wanted}`;
    throw new RigError('FLASH_VERIFY_MISMATCH', what);
  };

  return {
    name: 'command',
    ...provesBy(tool),

    probe: (call) => calls.run(call, identify),

    write: (images, call) =>
      calls.run(call, async (signal) => {
        lastWritten = undefined;
        for (const image of images) checkPlace(image, flashSizeBytes, pageBytes);
        if (!isIdentified) await identify(signal);
        isIdentified = false;
        const totalBytes = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const startedAt = performance.now();
        let written = 0;
        for (const image of images) {
          const before = written;
          await write(image, signal, (doneBytes) =>
            call?.onProgress?.({ image: image.name, doneBytes: before + doneBytes, totalBytes }),
          );
          written += image.sizeBytes;
        }
        isIdentified = true;
        lastWritten = contentsOf(images);
        const seconds = (performance.now() - startedAt) / 1000;
        return { wireBytes: totalBytes, sizeBytes: totalBytes, seconds, baudRate };
      }),

    verify: (images, call) =>
      calls.run(call, async (signal) => {
        if (tool.verify || tool.read) for (const image of images) await verify(image, signal);
        else if (lastWritten !== contentsOf(images)) throw unsupported('verify', 'verify or read');
      }),

    read: (offset, sizeBytes, call) =>
      calls.run(call, (signal) =>
        read(offset, sizeBytes, signal, `reading ${sizeBytes} bytes at ${hex(offset)}`),
      ),

    erase: (wanted, call) =>
      calls.run(call, async (signal) => {
        if (!tool.erase) throw unsupported('erase', 'erase');
        const takesRegion = placeholdersIn([...tool.args, ...tool.erase.args]).some((name) =>
          ['offset', 'address'].includes(name),
        );
        if (wanted && !takesRegion) throw unsupported('erase a region', 'erase with {offset} and {size}');
        if (wanted) checkRegion(wanted, flashSizeBytes, pageBytes);
        if (takesRegion && !wanted && flashSizeBytes === undefined)
          throw new RigError(
            'CONFIG_INVALID',
            'how much to erase is not known: the board file names no flash size',
          );
        const { offset, sizeBytes } = wanted ?? { offset: 0, sizeBytes: flashSizeBytes ?? 0 };
        lastWritten = undefined;
        await run({
          call: tool.erase,
          values: region(offset, sizeBytes),
          doing: wanted ? `erasing ${hex(sizeBytes)} bytes at ${hex(offset)}` : 'erasing the chip',
          silence: 'FLASH_STALLED',
          signal,
        });
        call?.onProgress?.({ image: 'erase', doneBytes: sizeBytes, totalBytes: sizeBytes });
      }),

    close: () => calls.close(),
  };
}

function provesBy({ verify, read, erase }: CommandTool): Pick<FlashDriver, 'abilities' | 'verifiedBy'> {
  const abilities = new Set<FlashAbility>();
  if (verify || read) abilities.add('verify');
  if (read) abilities.add('read');
  if (erase) abilities.add('erase');
  const verifiedBy: VerifiedBy = verify ? 'digest' : read ? 'read-back' : 'device';
  return { abilities, verifiedBy };
}

function unsupported(what: string, key: string): RigError {
  return new RigError(
    'FLASH_UNSUPPORTED',
    `the tool of the board file cannot ${what}: flash.command has no ${key}`,
  );
}

function contentsOf(images: readonly FlashImage[]): string {
  return JSON.stringify(images.map(({ offset, md5 }) => [offset, md5]));
}
