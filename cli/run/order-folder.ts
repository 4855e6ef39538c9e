import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RigError } from '../../core/errors.js';
import { readBatchFile } from '../../batch/order/batch-folder.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import type { BatchFlags, BatchOrder } from '../../rigs/batch/flags.js';
import { chooseBatch, idOf } from '../batch/find-batch.js';
import type { Places } from '../places.js';

export interface OrderFolderOptions {
  resume: ResumeOptions | undefined;
  startFresh: boolean | undefined;
}

/**
 * The folder of the batch that an order is about: a new one, or that of a batch which is gone on with. Throws BATCH_EXISTS, BATCH_UNKNOWN,
 * CONFIG_INVALID, and COMMAND_INVALID for flags that a batch was not made with.
 */
export async function folderFor(
  order: BatchOrder,
  places: Places,
  { resume, startFresh }: OrderFolderOptions,
): Promise<{ folder: string; isNew: boolean }> {
  const { createBatch, readOrder } = await import('../../batch/order/create-batch.js');
  const made = async (what: BatchOrder) => ({
    folder: (await createBatch(what, places)).folder,
    isNew: true,
  });
  if (!startFresh) {
    const begun = resume && (await begunFolder(order, places, resume));
    return begun === undefined ? made(order) : { folder: begun, isNew: false };
  }
  const there = await existing(order, places);
  if (there === undefined) return made(order);
  const again = await wholeOrder(order, places);
  // Before anything is archived.
  await readOrder(again, places);
  const { startFresh: archive } = await import('../../batch/order/start-fresh.js');
  process.stderr.write(`what was done stands in ${relative('.', await archive(there))}\n`);
  return made(again);
}

/**
 * The folder of the batch that an order goes on with; undefined when there is none yet. Throws COMMAND_INVALID for flags that it was not made with, or that say
 * from where on a batch is gone on with that is not there: they would be silently ignored.
 */
export async function begunFolder(
  order: BatchOrder,
  places: Places,
  { fromUnit, fromWave }: ResumeOptions,
): Promise<string | undefined> {
  const folder = await existing(order, places);
  if (folder === undefined && (fromUnit !== undefined || fromWave !== undefined))
    throw new RigError(
      'COMMAND_INVALID',
      `--resume-from-${fromUnit === undefined ? 'batch' : 'unit'}: there is no such batch yet to go on with; leave it out, or say with --range which units are to be done`,
    );
  if (folder !== undefined) refuseOtherFlags(order, (await readBatchFile(folder)).order, folder);
  return folder;
}

/** What an order says, or what the batch that it names was made from. Throws BATCH_UNKNOWN. */
export async function wholeOrder(order: BatchOrder, places: Places): Promise<BatchOrder> {
  if (!isOnlyId(order)) return order;
  return (await readBatchFile(await chooseBatch(order, places))).order;
}

/** Undefined for one that is new; a batch that is named by its id alone has to be there. */
async function existing(order: BatchOrder, places: Places): Promise<string | undefined> {
  if (isOnlyId(order)) return chooseBatch(order, places);
  const id = await idOf(order, places);
  if (id === undefined)
    throw new RigError('COMMAND_INVALID', 'say with --id which batch is gone on with, or begun anew');
  try {
    return await chooseBatch({ files: [], flags: { id } }, places);
  } catch (thrown) {
    if (thrown instanceof RigError && thrown.code === 'BATCH_UNKNOWN') return undefined;
    throw thrown;
  }
}

/** Whether an order names a batch and says nothing of what it is. */
export function isOnlyId({ files, flags }: BatchOrder): boolean {
  return files.length === 0 && Object.keys(flags).every((name) => name === 'id');
}

/** A batch is gone on with as it was made: what else is said would be silently ignored. */
function refuseOtherFlags(order: BatchOrder, stored: BatchOrder, folder: string): void {
  const other = Object.entries(order.flags)
    .filter(
      ([name, value]) => name !== 'id' && !isDeepStrictEqual(value, stored.flags[name as keyof BatchFlags]),
    )
    .map(([name]) => flagName(name));
  if (order.files.length > 0 && !isDeepStrictEqual(order.files, stored.files)) other.push('--batch-config');
  if (other.length === 0) return;
  throw new RigError(
    'COMMAND_INVALID',
    `${other.join(', ')}: the batch in ${folder} was made otherwise, and is gone on with as it was made; leave the flag out, or use --start-fresh`,
  );
}

function flagName(name: string): string {
  return `--${name.replace(/Seconds$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
