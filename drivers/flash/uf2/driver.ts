import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';
import { makeCalls } from '../calls.js';
import type { FlashDriver, FlashImage, Having } from '../flash-driver.js';
import { reportShare } from '../report-share.js';
import { markOf, type BootDrive } from './boot-drive.js';
import { chipOfDrive, driveChipNamed } from './drive-chips.js';
import { enterDrive } from './enter-drive.js';
import { uf2OfImages } from './uf2-of-images.js';
import { writeUf2 } from './write-uf2.js';

/** Bits per second of full-speed USB. */
const usbBaudRate = 12_000_000;

/**
 * Flashes a board by copying a UF2 file to the drive that its ROM shows: no tool, no verification but the ROM's own word, which is that it
 * restarts once it has every block. Needs the folder at which the slot's drive is mounted; the slot's port only serves to hear why none appears.
 */
export function openUf2(options: Having<'drive'>): FlashDriver {
  const { drive: folder, flashSizeBytes, log } = options;
  const chip = driveChipNamed(options.chip);
  const calls = makeCalls(folder);
  /** Shown to be the drive of this slot's board, and not written to since. */
  let proved: BootDrive | undefined;
  let lastWritten: string | undefined;

  const identify = async (signal: AbortSignal): Promise<BootDrive> => {
    proved = undefined;
    const found = await enterDrive(options, signal);
    log?.(`boot drive ${found.boardId}, ${found.description}`);
    const fitted = chipOfDrive(found.boardId);
    if (fitted !== chip.chip) {
      const name = fitted === undefined ? found.boardId : `${found.boardId}, ${fitted}`;
      const what = `the boot drive ${folder} is that of a ${found.description} (${name}), the board file names ${chip.chip}`;
      throw new RigError('WRONG_CHIP', what);
    }
    proved = found;
    return found;
  };

  /** The drive of the last probe, when it is still the one. */
  const provedDrive = async (): Promise<BootDrive | undefined> =>
    proved && (await markOf(folder)) === proved.mark ? proved : undefined;

  return {
    name: 'uf2',
    abilities: new Set(),
    verifiedBy: 'device',

    probe: (call) =>
      calls.run(call, async (signal): Promise<DeviceIdentity> => {
        const { description } = await identify(signal);
        return { chip: chip.chip, description };
      }),

    write: (images, call) =>
      calls.run(call, async (signal) => {
        lastWritten = undefined;
        const bytes = await uf2OfImages(images, { chip, flashSizeBytes });
        const drive = (await provedDrive()) ?? (await identify(signal));
        proved = undefined;
        const report = reportShare(images, call?.onProgress);
        const seconds = await writeUf2({
          folder,
          drive,
          bytes,
          what: images.map(({ name }) => name).join(', '),
          signal,
          onCopied: (doneBytes) => report(doneBytes / bytes.length),
        });
        lastWritten = contentsOf(images);
        log?.(`${bytes.length} bytes copied, and the board has restarted`);
        const sizeBytes = images.reduce((sum, image) => sum + image.sizeBytes, 0);
        return { wireBytes: bytes.length, sizeBytes, seconds, baudRate: usbBaudRate };
      }),

    verify: (images, call) =>
      calls.run(call, async () => {
        if (lastWritten === contentsOf(images)) return;
        throw new RigError(
          'FLASH_UNSUPPORTED',
          'a boot drive cannot be read back: the driver uf2 answers for what it has just written, and for nothing else',
        );
      }),

    read: (_offset, _sizeBytes, call) =>
      calls.run(call, async () => {
        throw new RigError(
          'FLASH_UNSUPPORTED',
          'the driver uf2 cannot read a flash: a boot drive shows none of it',
        );
      }),

    erase: (_region, call) =>
      calls.run(call, async () => {
        throw new RigError(
          'FLASH_UNSUPPORTED',
          'the driver uf2 cannot erase: a boot drive erases what it writes',
        );
      }),

    close: () => calls.close(),
  };
}

function contentsOf(images: readonly FlashImage[]): string {
  return JSON.stringify(images.map(({ offset, md5 }) => [offset, md5]));
}
