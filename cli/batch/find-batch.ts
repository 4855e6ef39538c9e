import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchStatus } from '../../batch/order/batch-status.js';
import { journalName } from '../../batch/projections/run-data.js';
import { RigError } from '../../core/errors.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import type { Places } from '../places.js';

/** Folder of a batch by its id; of the one that did something last unless told. Throws BATCH_UNKNOWN. */
export async function findFolder(id: string | undefined, { results }: Places): Promise<string> {
  const { batchFolders, findBatch } = await import('../../batch/order/batch-folder.js');
  if (id !== undefined) return findBatch(results, id);
  const folders = await Promise.all(
    (await batchFolders(results)).map(async (folder) => ({ folder, at: await lastWrite(folder) })),
  );
  const [newest] = folders.sort((one, two) => two.at - one.at);
  if (newest === undefined) throw new RigError('BATCH_UNKNOWN', `${results} has no batch`);
  return newest.folder;
}

/** By the file's time: a journal may take long to read. In ms since 1970. */
async function lastWrite(folder: string): Promise<number> {
  const time = async (name: string) => (await stat(join(folder, name))).mtimeMs;
  return time(journalName).catch(() => time('batch.json'));
}

/**
 * Folder of the batch that an order is about: by its id, by that of its files, else the only one that is not over. Throws BATCH_UNKNOWN, and
 * CONFIG_INVALID for files that are wrong.
 */
export async function chooseBatch(order: BatchOrder, places: Places): Promise<string> {
  const { findBatch } = await import('../../batch/order/batch-folder.js');
  const { listBatches } = await import('../../batch/order/batch-status.js');
  const id = await idOf(order, places);
  if (id !== undefined) return findBatch(places.results, id);
  const batches = await listBatches(places.results);
  const open = batches.filter(({ state }) => state !== 'complete' && state !== 'cancelled');
  const [only] = open.length === 1 ? open : batches.length === 1 ? batches : [];
  if (only) return only.folder;
  const known = newestFirst(open.length > 0 ? open : batches).map((each) => each.id);
  throw new RigError(
    'BATCH_UNKNOWN',
    known.length === 0
      ? `${places.results} has no batch`
      : `say which batch with --id: ${known.slice(0, 10).join(', ')}`,
  );
}

/** The id that an order gives its batch, when it names one; loads its files for it. Throws CONFIG_INVALID. */
export async function idOf(order: BatchOrder, places: Places): Promise<string | undefined> {
  if (order.flags.id !== undefined) return order.flags.id;
  if (order.files.length === 0) return undefined;
  const { readOrder } = await import('../../batch/order/create-batch.js');
  return (await readOrder(order, places)).id;
}

/** Those that did something last come first. */
export function newestFirst(batches: readonly BatchStatus[]): BatchStatus[] {
  const time = ({ lastAt, createdAt }: BatchStatus): string => lastAt ?? createdAt;
  return [...batches].sort((one, two) => time(two).localeCompare(time(one)));
}
