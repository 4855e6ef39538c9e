import { pause, withDeadline } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import { firmwareRuns } from '../enter-listening.js';
import { rigEnters } from '../enter-loader.js';
import type { Having } from '../flash-driver.js';
import { markOf, readBootDrive, type BootDrive } from './boot-drive.js';
import { listenOn } from './console-ear.js';

/**
 * From the board's start to its drive, in ms: half a second for USB, one that the kernel waits before it looks at a new drive
 * (`usb-storage.delay_use`), and the mount.
 */
const appearMs = 4000;
const lookMs = 15;

/**
 * Lets the rig start the board with its strap held, and finds the drive that this makes appear: so it is the drive of this slot's board. One that
 * was there before has to go away meanwhile. Throws DRIVE_WRONG when it stays, DUT_SILENT when none appears, DUT_NOT_IN_LOADER when the
 * firmware is heard instead, STEP_TIMEOUT and what the rig throws.
 */
export async function enterDrive(options: Having<'drive'>, signal: AbortSignal): Promise<BootDrive> {
  const { drive: folder, link } = options;
  const ear = link && (await listenOn(link));
  try {
    const before = await markOf(folder);
    const seen = watchMark(folder, before);
    try {
      await rigEnters(options.enterLoader, signal);
      return await appeared(folder, { isNew: seen.hasChanged, signal });
    } finally {
      await seen.stop();
    }
  } catch (thrown) {
    const isSilent = thrown instanceof RigError && thrown.code === 'DUT_SILENT';
    const heard = isSilent ? ear?.heard() : undefined;
    throw link && heard !== undefined ? firmwareRuns(link.path, heard) : thrown;
  } finally {
    await ear?.close();
  }
}

/** Looks whether the drive that is there, if any, is gone at some moment. */
function watchMark(folder: string, before: string | undefined) {
  const end = new AbortController();
  let changed = before === undefined;
  const watching = (async () => {
    while (!changed && !end.signal.aborted) {
      changed = (await markOf(folder)) !== before;
      if (!changed) await pause(lookMs, end.signal).catch(() => undefined);
    }
  })();
  // A drive that may not be read is told by whoever reads it next.
  watching.catch(() => undefined);
  return {
    hasChanged: () => changed,
    stop: async () => {
      end.abort();
      await watching.catch(() => undefined);
    },
  };
}

async function appeared(
  folder: string,
  { isNew, signal }: { isNew: () => boolean; signal: AbortSignal },
): Promise<BootDrive> {
  let stale: BootDrive | undefined;
  const look = async (stop: AbortSignal): Promise<BootDrive> => {
    for (;;) {
      const found = await readBootDrive(folder);
      if (found && isNew()) return found;
      stale = found;
      await pause(lookMs, stop);
    }
  };
  const onTimeout = () =>
    stale
      ? new RigError(
          'DRIVE_WRONG',
          `the boot drive ${folder} (${stale.boardId}) was there before the board was started, and stayed while it was reset: it is another board's`,
        )
      : new RigError(
          'DUT_SILENT',
          `no boot drive appeared at ${folder} within ${appearMs} ms of the board's start`,
        );
  return withDeadline(look, { timeoutMs: appearMs, signal, onTimeout });
}
