import { RigError } from '../../core/errors.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import { loadBatch } from '../../rigs/batch/load-batch.js';
import type { Batch } from '../../rigs/batch/types.js';
import { formatProblems } from '../../rigs/load-rig.js';
import { makeBatchFolder } from './batch-folder.js';

/** Where an order is read and its results are kept; absolute paths. */
export interface OrderPlaces {
  rigs: string;
  specs: string;
  results: string;
  env: NodeJS.ProcessEnv;
}

/** Reads an order without keeping anything. Throws CONFIG_INVALID with every problem of its files. */
export async function readOrder(order: BatchOrder, { rigs, specs, env }: OrderPlaces): Promise<Batch> {
  const { batch, problems } = await loadBatch(order, { rigs, specs, env });
  if (batch === undefined || problems.length > 0)
    throw new RigError('CONFIG_INVALID', `nothing was energised\n${formatProblems(problems)}`);
  return batch;
}

/** Makes the folder of a batch; nothing is begun. Throws as `readOrder` does, and BATCH_EXISTS. */
export async function createBatch(
  order: BatchOrder,
  places: OrderPlaces,
): Promise<{ folder: string; batch: Batch }> {
  const batch = await readOrder(order, places);
  const { rigs, specs, results } = places;
  const createdAt = new Date().toISOString();
  const folder = await makeBatchFolder(results, { id: batch.id, order, rigs, specs, createdAt });
  return { folder, batch };
}
