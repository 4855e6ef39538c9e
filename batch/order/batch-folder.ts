import { access, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { hasErrno, replaceFile } from '../../core/files.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';

/** What stands in `batch.json`: how the batch is read again. What was decided since stands in the journal. */
export interface BatchFile {
  id: string;
  order: BatchOrder;
  /** Absolute paths of the folders that the order is read with. */
  rigs: string;
  specs: string;
  createdAt: string;
}

const name = 'batch.json';

/** Makes the folder of a batch in one step. Throws BATCH_EXISTS when there is one, DISK_WRITE_FAILED. */
export async function makeBatchFolder(results: string, file: BatchFile): Promise<string> {
  const folder = join(results, file.id);
  try {
    await mkdir(results, { recursive: true });
    await mkdir(folder);
  } catch (thrown) {
    if (hasErrno(thrown, 'EEXIST')) throw new RigError('BATCH_EXISTS', `${folder} is there already`);
    throw new RigError('DISK_WRITE_FAILED', `${folder}: ${String(thrown)}`, { cause: thrown });
  }
  try {
    await replaceFile(join(folder, name), `${JSON.stringify(file, null, 2)}\n`);
    return folder;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw new RigError('DISK_WRITE_FAILED', `${folder}: ${String(thrown)}`, { cause: thrown });
  }
}

/** Throws BATCH_UNKNOWN when the folder is not that of a batch, or its file is damaged. */
export async function readBatchFile(folder: string): Promise<BatchFile> {
  const path = join(folder, name);
  const damaged = (why: string, cause?: unknown) =>
    new RigError(
      'BATCH_UNKNOWN',
      `${path}: ${why}; put back a whole copy of the file, or begin the batch anew from its batch files with --start-fresh`,
      { cause },
    );
  try {
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isBatchFile(written)) return written;
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT') || hasErrno(cause, 'ENOTDIR'))
      throw new RigError('BATCH_UNKNOWN', `${path}: there is none`, { cause });
    throw damaged(String(cause), cause);
  }
  throw damaged('it is not what a batch writes there');
}

function isBatchFile(written: unknown): written is BatchFile {
  if (typeof written !== 'object' || written === null) return false;
  const { id, order, rigs, specs, createdAt } = written as Partial<BatchFile>;
  if (![id, rigs, specs, createdAt].every((text) => typeof text === 'string')) return false;
  return Array.isArray(order?.files) && typeof order.flags === 'object';
}

/** The folder of a batch. Throws BATCH_UNKNOWN, naming those that there are. */
export async function findBatch(results: string, id: string): Promise<string> {
  const folders = await batchFolders(results);
  const folder = folders.find((each) => each === join(results, id));
  if (folder !== undefined) return folder;
  const named = join(results, id);
  // What stands in the way of a batch that is there is said, and not that there is none.
  if (dirname(named) === results && (await isThere(join(named, name)))) await readBatchFile(named);
  const known = folders.map((each) => each.slice(results.length + 1)).join(', ');
  throw new RigError('BATCH_UNKNOWN', `${results} has no batch ${id}; it has ${known || 'none'}`);
}

/** Absolute paths of the folders in which a batch lives, by name. */
export async function batchFolders(results: string): Promise<string[]> {
  const entries = await readdir(results, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(results, entry.name));
  const known = await Promise.all(
    folders.map((folder) =>
      readBatchFile(folder).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return known.flat().sort();
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
