import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UF2_BLOCK_BYTES } from '../../firmware/uf2-block.js';

interface SeenFile {
  inode: number;
  /** When it was changed last, and when it was read, in ms of the system's clock. */
  changedAt: number;
  readAt: number;
  bytes: Buffer;
}

/** Two writes can bear the same time stamp when they are this close, in ms. */
const stampMs = 100;

/**
 * The sectors that were written to a folder's files since the last call, as a drive sees them: files that grow, are rewritten, filled out of
 * order or renamed into place. A sector counts when all of it is there.
 */
export function watchSectors(folder: string, ownFiles: readonly string[]): () => Promise<Buffer[]> {
  const seen = new Map<string, SeenFile>();
  return async () => {
    const names = (await readdir(folder)).filter((name) => !ownFiles.includes(name));
    for (const name of [...seen.keys()]) if (!names.includes(name)) seen.delete(name);
    const sectors: Buffer[] = [];
    for (const name of names.sort()) {
      const before = seen.get(name);
      const now = await readChanged(join(folder, name), before);
      if (now === undefined) continue;
      seen.set(name, now);
      sectors.push(...newSectors(now.bytes, before?.inode === now.inode ? before.bytes : Buffer.alloc(0)));
    }
    return sectors;
  };
}

/** The file as it is; undefined when it is what it was, is no file or has gone meanwhile. */
async function readChanged(path: string, before: SeenFile | undefined): Promise<SeenFile | undefined> {
  try {
    const { ino: inode, ctimeMs: changedAt, size } = await stat(path);
    const isSame = before?.inode === inode && before.changedAt === changedAt && before.bytes.length === size;
    if (isSame && before.readAt > changedAt + stampMs) return undefined;
    const readAt = Date.now();
    return { inode, changedAt, readAt, bytes: await readWhole(path) };
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException;
    if (['ENOENT', 'EISDIR', 'EACCES'].includes(code)) return undefined;
    throw thrown;
  }
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function newSectors(bytes: Buffer, before: Buffer): Buffer[] {
  const sectors: Buffer[] = [];
  for (let at = 0; at + UF2_BLOCK_BYTES <= bytes.length; at += UF2_BLOCK_BYTES) {
    const sector = bytes.subarray(at, at + UF2_BLOCK_BYTES);
    if (!sector.equals(before.subarray(at, at + UF2_BLOCK_BYTES))) sectors.push(sector);
  }
  return sectors;
}
