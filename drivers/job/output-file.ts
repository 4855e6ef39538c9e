import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RigError } from '../../core/errors.js';
import { syncFolder } from '../../core/files.js';

/** A file that grows while a command prints. */
export interface OutputFile {
  /** In order of the calls. Throws DISK_WRITE_FAILED, as everything here does. */
  write(bytes: Uint8Array): Promise<void>;
  /** Gives it its name when all of it is on disk. May be called twice. */
  finish(): Promise<void>;
}

/**
 * Opens `<path>.part`, which becomes `<path>` when the command has ended: whoever finds the name finds all of it, and what a run leaves that dies in between is what
 * was printed until then.
 */
export async function openOutputFile(path: string): Promise<OutputFile> {
  const part = `${path}.part`;
  const file = await onDisk(part, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(part, 'w');
  });
  let last: Promise<unknown> = Promise.resolve();
  let finishing: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    await last.catch(() => undefined);
    await onDisk(part, () => keep(file, part, path));
  };
  return {
    write(bytes) {
      if (finishing) return finishing;
      const written = last.then(() => onDisk(part, async () => void (await file.appendFile(bytes))));
      last = written;
      return written;
    },
    finish: () => (finishing ??= finish()),
  };
}

async function keep(file: FileHandle, part: string, path: string): Promise<void> {
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  await syncFolder(dirname(path));
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new RigError('DISK_WRITE_FAILED', `${path}: ${String(cause)}`, { cause });
  }
}
