import { pause, withDeadline } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import { isGone, markOf, refusedBy } from './boot-drive.js';
import { copyToDrive, type CopyEnd, type CopyOptions } from './copy-file.js';

/** From the last byte until the board has restarted, in ms; the ROM waits for one second before it does. */
const restartMs = 4000;
/** A drive that failed in the middle of a copy is gone within this, in ms, if it was unplugged. */
const unpluggedMs = 1000;
const lookMs = 15;

/**
 * Copies a UF2 file to the board's drive, and returns how long that took, in seconds. The board's word for success is that its drive goes away
 * once it has everything. Throws PORT_LOST when it goes before that, FLASH_STALLED when it stays, FLASH_WRITE_FAILED when it stays and the copy
 * failed, DRIVE_PERMISSION.
 */
export async function writeUf2(options: CopyOptions): Promise<number> {
  const startedAt = performance.now();
  const { folder, bytes, what } = options;
  const end = await copyToDrive(options);
  if (!end.isAll) throw await interrupted(options, end);
  if (await goesAway(options, restartMs)) return (performance.now() - startedAt) / 1000;
  const blocks = `${bytes.length / 512} blocks`;
  if (end.thrown !== undefined) {
    const why = `the boot drive ${folder} failed at the end of ${what}, and the board did not restart: ${textOf(end.thrown)}`;
    throw new RigError('FLASH_WRITE_FAILED', why, { cause: end.thrown });
  }
  throw new RigError(
    'FLASH_STALLED',
    `the boot drive ${folder} has all ${blocks} of ${what}, but its board did not restart within ${restartMs} ms: it ignores some of them, or hangs`,
  );
}

/** Why a copy did not come to its end. */
async function interrupted(options: CopyOptions, { doneBytes, thrown }: CopyEnd): Promise<RigError> {
  const { folder, bytes, what } = options;
  const refused = thrown === undefined ? undefined : refusedBy(thrown, folder);
  if (refused) return refused;
  const percent = Math.floor((100 * doneBytes) / bytes.length);
  const where = `after ${doneBytes} of ${bytes.length} bytes (${percent} %) of ${what}`;
  const cause = thrown === undefined ? '' : `: ${textOf(thrown)}`;
  if ((thrown === undefined || isGone(thrown)) && (await goesAway(options, unpluggedMs)))
    return new RigError('PORT_LOST', `the boot drive ${folder} went away ${where}${cause}`, {
      cause: thrown,
    });
  return new RigError('FLASH_WRITE_FAILED', `the boot drive ${folder} failed ${where}${cause}`, {
    cause: thrown,
  });
}

/** Whether the drive that was written to is gone, now or within the time. */
async function goesAway({ folder, drive, signal }: CopyOptions, timeoutMs: number): Promise<boolean> {
  const look = async (stop: AbortSignal): Promise<boolean> => {
    while ((await markOf(folder)) === drive.mark) await pause(lookMs, stop);
    return true;
  };
  const late = new Error('still there');
  return withDeadline(look, { timeoutMs, signal, onTimeout: () => late }).catch((thrown: unknown) => {
    if (thrown === late) return false;
    throw thrown;
  });
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
