import { relative } from 'node:path';
import { createBatch } from '../../batch/order/create-batch.js';
import { answer } from '../output.js';
import { placesOf } from '../places.js';
import { orderOf } from '../run/order-options.js';
import type { CreateFlags } from './batch-commands.js';

/** Makes a batch, after asking for it with `--interactive`. Throws CONFIG_INVALID, BATCH_EXISTS. */
export async function create({ interactive, out, json, ...flags }: CreateFlags): Promise<void> {
  const places = placesOf();
  const given = orderOf(flags);
  const order = interactive
    ? await (await import('./interactive.js')).askForOrder(given, places, { out })
    : given;
  if (order === undefined) return;
  const { folder, batch } = await createBatch(order, places);
  const { id, units, files } = batch;
  answer(
    json,
    { id, folder, units: units.length, files },
    () => `${id}: ${units.length} units, ${relative('.', folder)}\nstart it with: rig batch start ${id}\n`,
  );
}
