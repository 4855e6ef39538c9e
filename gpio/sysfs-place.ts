import { readFile } from 'node:fs/promises';
import { RigError } from '../core/errors.js';
import type { ErrorCode } from '../core/error-catalogue.js';
import { holderOf } from './sysfs-chips.js';

/** Where a line is found below sysfs. */
export interface Place {
  /** As in messages: `pinctrl-bcm2711/17!`. */
  name: string;
  /** Global number. */
  number: number;
  /** `/sys/class/gpio`. */
  gpioFolder: string;
  /** `/sys/class/gpio/gpio529`; there once the line is exported. */
  folder: string;
  /** `/sys/kernel/debug/gpio`, which only root may read. */
  debugFile: string;
}

const codes: Record<string, ErrorCode> = {
  EACCES: 'LINE_PERMISSION',
  EPERM: 'LINE_PERMISSION',
  EBUSY: 'LINE_BUSY',
  EINVAL: 'LINE_NOT_FOUND',
  ENOENT: 'LINE_LOST',
  ENODEV: 'LINE_LOST',
  ENXIO: 'LINE_LOST',
  EIO: 'LINE_LOST',
  EREMOTEIO: 'LINE_LOST',
};

/** Does it, and says what the kernel's refusal means for the line; names the holder of a busy one where that can be read. */
export async function withLineErrors<T>(place: Place, doing: string, act: () => Promise<T> | T): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (thrown instanceof RigError) throw thrown;
    const errno = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const code = codes[errno] ?? 'LINE_LOST';
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const more = code === 'LINE_BUSY' ? await busyNote(place) : '';
    throw new RigError(code, `${place.name} (gpio ${place.number}): ${doing} failed: ${why}${more}`, {
      cause: thrown,
    });
  }
}

async function busyNote({ debugFile, number }: Place): Promise<string> {
  try {
    const holder = holderOf(await readFile(debugFile, 'utf8'), number);
    return holder === undefined ? '; its holder is not known' : `; it is held by '${holder}'`;
  } catch {
    return `; \`sudo cat ${debugFile}\` names its holder`;
  }
}
