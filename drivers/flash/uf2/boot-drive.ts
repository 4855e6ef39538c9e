import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../../core/errors.js';

/** A boot drive that is there, in its own words. */
export interface BootDrive {
  /** `RPI-RP2`. */
  boardId: string;
  /** `Raspberry Pi RP2 (UF2 Bootloader v3.0)`. */
  description: string;
  /** Tells this appearance of the drive from another one at the same folder. */
  mark: string;
}

const infoFile = 'INFO_UF2.TXT';
/** What the file system says of a device that is gone, or of a mount point without one. */
const goneCodes = ['ENOENT', 'ENOTDIR', 'EIO', 'ENODEV', 'ENXIO', 'ESTALE', 'ENOTCONN', 'ENOMEDIUM'];

/** The drive at that folder; undefined when there is none. Throws DRIVE_PERMISSION, and FLASH_PROTOCOL when it is not the drive of a boot loader. */
export async function readBootDrive(folder: string): Promise<BootDrive | undefined> {
  const mark = await markOf(folder);
  if (mark === undefined) return undefined;
  const text = await reading(folder, () => readFile(join(folder, infoFile), 'latin1'));
  if (text === undefined) return undefined;
  const boardId = /^Board-ID: *(\S.*?)\s*$/m.exec(text)?.[1];
  if (boardId === undefined) {
    const what = `${infoFile} on the boot drive ${folder} names no Board-ID: ${JSON.stringify(text.slice(0, 160))}`;
    throw new RigError('FLASH_PROTOCOL', what);
  }
  const model = /^Model: *(\S.*?)\s*$/m.exec(text)?.[1] ?? boardId;
  return { boardId, description: `${model} (${text.split(/[\r\n]/)[0]?.trim() ?? ''})`, mark };
}

/** Changes with every appearance of the drive; undefined while it is not there. */
export async function markOf(folder: string): Promise<string | undefined> {
  const found = await reading(folder, () => stat(join(folder, infoFile)));
  return found && `${found.dev}/${found.ino}/${found.birthtimeMs}`;
}

/** Whether an error of the file system says that the device is gone. */
export function isGone(thrown: unknown): boolean {
  return goneCodes.includes(codeOf(thrown));
}

/** DRIVE_PERMISSION when an error of the file system says so. */
export function refusedBy(thrown: unknown, folder: string): RigError | undefined {
  const code = codeOf(thrown);
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) return undefined;
  return new RigError('DRIVE_PERMISSION', `the boot drive ${folder} cannot be used: ${code}`, {
    cause: thrown,
  });
}

async function reading<T>(folder: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (thrown) {
    if (isGone(thrown)) return undefined;
    throw refusedBy(thrown, folder) ?? thrown;
  }
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException | null)?.code ?? '';
}
