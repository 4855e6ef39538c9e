import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pause, withDeadline } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import { markOf, type BootDrive } from './boot-drive.js';

export interface CopyOptions {
  folder: string;
  drive: Pick<BootDrive, 'mark'>;
  bytes: Buffer;
  /** What is copied, for messages. */
  what: string;
  signal: AbortSignal;
  /** Called with the bytes that the drive has. */
  onCopied: (doneBytes: number) => void;
}

/** How a copy ended: with all bytes handed to the drive or not, and with the error of the file system, if any. */
export interface CopyEnd {
  isAll: boolean;
  doneBytes: number;
  thrown?: unknown;
}

const chunkBytes = 16 * 1024;
/** Full-speed USB carries 19 packets of 64 bytes in each ms. What goes faster is in a cache, and not in the board. */
const busBytesPerMs = 19 * 64;
/** The drive takes a chunk in less, in ms. */
const stallMs = 4500;
const closeMs = 500;

/**
 * Copies a file to the drive in chunks, each forced out to it before the next. Never throws for what the file system says: at the end of a good
 * copy the drive goes away under it. Throws FLASH_STALLED, and what the signal carries.
 */
export async function copyToDrive(options: CopyOptions): Promise<CopyEnd> {
  const { folder, drive, bytes, what, signal, onCopied } = options;
  let file: FileHandle | undefined;
  let handed = 0;
  let doneBytes = 0;
  const step = <T>(work: () => Promise<T>): Promise<T> =>
    withDeadline(work, {
      timeoutMs: stallMs,
      signal,
      onTimeout() {
        const percent = Math.floor((100 * doneBytes) / bytes.length);
        const done = `${doneBytes} of ${bytes.length} bytes (${percent} %)`;
        return new RigError(
          'FLASH_STALLED',
          `the boot drive ${folder} has taken nothing of ${what} for ${stallMs} ms, after ${done}`,
        );
      },
    });
  try {
    const copy = await step(() => open(join(folder, 'FIRMWARE.UF2'), 'w'));
    file = copy;
    const startedAt = performance.now();
    while (handed < bytes.length) {
      const chunk = bytes.subarray(handed, handed + chunkBytes);
      const { bytesWritten } = await step(() => copy.write(chunk));
      handed += bytesWritten;
      await step(() => copy.datasync());
      const dueMs = startedAt + handed / busBytesPerMs - performance.now();
      await pause(Math.max(0, dueMs), signal);
      if (handed < bytes.length && (await step(() => markOf(folder))) !== drive.mark) break;
      doneBytes = handed;
      onCopied(doneBytes);
    }
    await step(() => copy.close());
    file = undefined;
  } catch (thrown) {
    if (thrown instanceof RigError || signal.aborted) throw thrown;
    return { isAll: handed === bytes.length, doneBytes, thrown };
  } finally {
    if (file) await closeAnyway(file);
  }
  return { isAll: doneBytes === bytes.length, doneBytes };
}

/** A drive that hangs keeps whoever closes a file on it waiting. */
async function closeAnyway(file: FileHandle): Promise<void> {
  const late = () => new Error('the drive hangs');
  await withDeadline(() => file.close(), { timeoutMs: closeMs, onTimeout: late }).catch(() => undefined);
}
