import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts `content` in the place of the file in one step: a reader sees the old file or the new one, and after a power cut one of the
 * two is there, whole. `mode` is that of a file which others must not read.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      // What the process masks is taken from the mode that a new file is given.
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(path));
}

/** A name beside `path` that no other process uses. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Puts the folder's list of names on disk: a new or renamed file survives a power cut only after it. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** True when a file operation failed with this code of the operating system, e.g. `ENOENT`. */
export function hasErrno(thrown: unknown, errno: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === errno;
}
