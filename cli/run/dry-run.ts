import { loadBatch } from '../../rigs/batch/load-batch.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import { planText } from '../../rigs/batch/plan-text.js';
import { throwProblems } from '../../rigs/load-rig.js';
import { RigError } from '../../core/errors.js';
import { answer } from '../output.js';
import type { Places } from '../places.js';

/** Checks everything that an order names and prints what would be done. Throws CONFIG_INVALID with every problem; energises nothing. */
export async function printPlan(
  order: BatchOrder,
  places: Places,
  { json }: { json: boolean | undefined },
): Promise<void> {
  const { batch, problems } = await loadBatch(order, places);
  throwProblems(problems);
  if (batch === undefined) throw new RigError('CONFIG_INVALID', 'the batch could not be loaded');
  answer(json, batch, () => planText(batch));
}
