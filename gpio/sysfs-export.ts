import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';
import { withLineErrors, type Place } from './sysfs-place.js';

/** udev hands the files of a line to the gpio group a moment after the export. */
const accessTimeoutMs = 2000;

/**
 * Exports the line if it is not exported yet, and waits until its files may be used. Neither changes its direction or level.
 * Done here because onoff waits for the files in a busy loop. Throws LINE_BUSY, LINE_PERMISSION, LINE_NOT_FOUND.
 */
export async function exportLine(place: Place): Promise<void> {
  if (!(await isThere(place.folder))) {
    await withLineErrors(place, 'exporting it', () => writeExport(place));
  }
  await waitForAccess(place);
}

async function writeExport({ gpioFolder, folder, number }: Place): Promise<void> {
  try {
    await writeFile(join(gpioFolder, 'export'), String(number));
  } catch (thrown) {
    const exportedMeanwhile = hasErrno(thrown, 'EBUSY') && (await isThere(folder));
    if (!exportedMeanwhile) throw thrown;
  }
}

/** The kernel makes no output of a line whose edges are reported, as they are after somebody has watched it. */
export async function clearEdge(place: Place): Promise<void> {
  const edge = join(place.folder, 'edge');
  if (!(await isThere(edge)) || (await readFile(edge, 'utf8')).trim() === 'none') return;
  await writeFile(edge, 'none');
}

/** True when the kernel can report edges of the line; chips without interrupts have no such file. */
export function reportsEdges(place: Place): Promise<boolean> {
  return isThere(join(place.folder, 'edge'));
}

async function waitForAccess(place: Place): Promise<void> {
  let missing = '';
  const probe = async () => {
    for (const file of ['value', 'direction', 'active_low']) {
      missing = join(place.folder, file);
      try {
        await access(missing, constants.R_OK | constants.W_OK);
      } catch {
        return undefined;
      }
    }
    return true;
  };
  await pollUntil(probe, {
    intervalMs: 10,
    timeoutMs: accessTimeoutMs,
    onTimeout: () =>
      new RigError(
        'LINE_PERMISSION',
        `${place.name}: ${missing} cannot be read and written ${accessTimeoutMs} ms after the export; ` +
          'add this user to the group that owns it (gpio on Raspberry Pi OS)',
      ),
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
