import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { RigError } from '../../../core/errors.js';
import { replaceFile } from '../../../core/files.js';
import type { DeviceIdentity } from '../../../core/record.js';
import { hex } from '../../../firmware/hex.js';
import type { FlashCallOptions, FlashDriver, FlashImage } from '../flash-driver.js';
import { patchedWith, type FlashPiece } from './pieces.js';
import type { FlashRegion } from './regions.js';

/** What a board held, as it lies in a folder: this index and one compressed file a region. */
export interface Backup {
  format: 1;
  /** Name of the unit: its MAC or other id, else its slot. */
  unit: string;
  attemptId: string;
  station: string;
  slot: string;
  board: string;
  chip: string;
  device?: DeviceIdentity;
  /** ISO 8601, UTC. */
  takenAt: string;
  regions: KeptRegion[];
  sizeBytes: number;
  /** SHA-256 over the regions in order of their offsets, hex. */
  sha256: string;
  /** True when nothing but erased bytes was there. */
  isBlank: boolean;
  /** Attempt whose backup stands for what that attempt may have left half written. */
  continues?: string;
  /** True when the board may have been half written already and no earlier backup was there: nobody knows whether it ever ran. */
  isUnproved?: boolean;
}

interface KeptRegion extends FlashRegion {
  /** Name of the file in the folder, gzip. */
  file: string;
  sha256: string;
}

/** What a backup says of where it was taken. */
export type BackupOrigin = Omit<
  Backup,
  'format' | 'takenAt' | 'regions' | 'sizeBytes' | 'sha256' | 'isBlank' | 'continues' | 'isUnproved'
>;

/** Name of the index in a backup's folder; it is written last, so that a folder without one is no backup. */
export const backupIndex = 'backup.json';

export interface TakeBackupOptions extends FlashCallOptions {
  /** The board may be half written by an attempt that nothing was proved of since, before which this backup was taken, if any was. */
  unproved?: { before?: string };
}

/** Reads regions out of a board into a folder. Throws what reading throws, and DISK_WRITE_FAILED. */
export async function takeBackup(
  driver: Pick<FlashDriver, 'read'>,
  regions: readonly FlashRegion[],
  folder: string,
  origin: BackupOrigin,
  { unproved, ...call }: TakeBackupOptions = {},
): Promise<Backup> {
  const read: FlashPiece[] = [];
  for (const { offset, sizeBytes } of regions)
    read.push({ offset, bytes: await driver.read(offset, sizeBytes, call) });
  const earlier = await piecesOf(unproved?.before);
  const pieces = earlier ? patchedWith(read, earlier.pieces) : read;
  const total = createHash('sha256');
  const kept: KeptRegion[] = [];
  let isBlank = true;
  for (const { offset, bytes } of pieces) {
    total.update(bytes);
    isBlank &&= bytes.every((byte) => byte === 0xff);
    const file = `${hex(offset)}.bin.gz`;
    await keep(folder, file, await promisify(gzip)(bytes));
    kept.push({ offset, sizeBytes: bytes.length, file, sha256: sha256Of(bytes) });
  }
  const backup: Backup = {
    format: 1,
    ...origin,
    takenAt: new Date().toISOString(),
    regions: kept,
    sizeBytes: kept.reduce((sum, region) => sum + region.sizeBytes, 0),
    sha256: total.digest('hex'),
    isBlank,
    ...(earlier && { continues: earlier.attemptId }),
    ...((unproved && !earlier) || earlier?.isUnproved ? { isUnproved: true } : {}),
  };
  await keepIndex(folder, backup);
  return backup;
}

/** Gives a backup the name that its board has told since. Throws DISK_WRITE_FAILED. */
export async function nameBackup(folder: string, unit: string, device: DeviceIdentity): Promise<void> {
  await keepIndex(folder, { ...(await readBackup(folder)), unit, device });
}

const keepIndex = (folder: string, backup: Backup): Promise<void> =>
  keep(folder, backupIndex, `${JSON.stringify(backup, null, 2)}\n`);

/** What an earlier backup holds; undefined where there is none that can be read. */
async function piecesOf(folder: string | undefined) {
  if (folder === undefined) return undefined;
  try {
    const { regions, attemptId, isUnproved = false } = await readBackup(folder);
    const pieces: FlashPiece[] = [];
    for (const region of regions)
      pieces.push({ offset: region.offset, bytes: await readRegion(folder, region) });
    return { pieces, attemptId, isUnproved };
  } catch (thrown) {
    if (thrown instanceof RigError && thrown.code === 'BACKUP_DAMAGED') return undefined;
    throw thrown;
  }
}

/** Reads the index of a backup. Throws BACKUP_DAMAGED. */
export async function readBackup(folder: string): Promise<Backup> {
  const path = join(folder, backupIndex);
  try {
    const backup = JSON.parse(await readFile(path, 'utf8')) as Backup;
    if (backup.format === 1 && backup.regions.length > 0) return backup;
  } catch (cause) {
    throw new RigError('BACKUP_DAMAGED', `${path} cannot be read: ${String(cause)}`, { cause });
  }
  throw new RigError('BACKUP_DAMAGED', `${path} is no index of a backup that this version knows`);
}

/** Reads a backup as giving it back would, and keeps nothing of it. Throws BACKUP_DAMAGED. */
export async function proveBackup(folder: string): Promise<void> {
  const { regions } = await readBackup(folder);
  for (const region of regions) await readRegion(folder, region);
}

/**
 * The regions of a backup as images, each proved by its digest before anything is written; their files are put into `workFolder`. Throws
 * BACKUP_DAMAGED and DISK_WRITE_FAILED.
 */
export async function backupImages(
  folder: string,
  { regions }: Backup,
  workFolder: string,
): Promise<FlashImage[]> {
  return Promise.all(
    regions.map(async (region) => {
      const { offset, sizeBytes } = region;
      const bytes = await readRegion(folder, region);
      const path = join(workFolder, `${hex(offset)}.bin`);
      await put(path, async () => {
        await mkdir(workFolder, { recursive: true });
        await writeFile(path, bytes);
      });
      const md5 = createHash('md5').update(bytes).digest('hex');
      return { name: `backup-${hex(offset)}`, offset, path, sizeBytes, md5 };
    }),
  );
}

async function readRegion(folder: string, { file, sizeBytes, sha256 }: KeptRegion): Promise<Buffer> {
  const bytes = await unpack(join(folder, file));
  if (bytes.length === sizeBytes && sha256Of(bytes) === sha256) return bytes;
  throw new RigError('BACKUP_DAMAGED', `${join(folder, file)} is not what was read from the board`);
}

async function unpack(path: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(await readFile(path));
  } catch (cause) {
    throw new RigError('BACKUP_DAMAGED', `${path}: ${String(cause)}`, { cause });
  }
}

async function keep(folder: string, file: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, file);
  await put(path, async () => {
    await mkdir(folder, { recursive: true });
    await replaceFile(path, content);
  });
}

async function put(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new RigError('DISK_WRITE_FAILED', `${path}: ${String(cause)}`, { cause });
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
