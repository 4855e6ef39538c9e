import { RigError } from '../../core/errors.js';
import { placesOf } from '../places.js';
import { isPlain, orderOf } from './order-options.js';
import { resumeOf } from './resume-flags.js';
import type { RunFlags } from './run-command.js';

/** Does what the flags of `rig run` say. Throws COMMAND_INVALID for flags that make no sense together, and CONFIG_INVALID. */
export async function run(flags: RunFlags): Promise<void> {
  const order = orderOf(flags);
  const resume = resumeOf(flags);
  const { listCheckpoints, validateCheckpoint, dryRun, startFresh, json } = flags;
  const isLook = listCheckpoints === true || validateCheckpoint !== undefined;
  if (isPlain(order) && !resume && !startFresh && !isLook) {
    const { station = [] } = order.flags;
    if (station.length === 0) throw nothingToRun();
    const { plainRun } = await import('./plain-run.js');
    return plainRun(station, [], { json, dryRun });
  }
  const places = placesOf();
  if (isLook) {
    const { chooseBatch } = await import('../batch/find-batch.js');
    const folder = await chooseBatch(order, places);
    const { printCheckpoints } = await import('../checkpoint/list.js');
    if (listCheckpoints) return printCheckpoints(folder, { json });
    const { printProof } = await import('../checkpoint/validate.js');
    return printProof(folder, validateCheckpoint, { json });
  }
  if (dryRun) {
    const { printPlan, printResume } = await import('./dry-run.js');
    const { wholeOrder } = await import('./order-folder.js');
    if (!resume) return printPlan(await wholeOrder(order, places), places, { json });
    const { chooseBatch } = await import('../batch/find-batch.js');
    return printResume(await chooseBatch(order, places), resume, { json });
  }
  const { folderFor, isOnlyId } = await import('./order-folder.js');
  if (isOnlyId(order) && !resume && !startFresh) throw onlyNamed(order.flags.id ?? '');
  const { runBatch } = await import('../batch/run-batch.js');
  const { folder, isNew } = await folderFor(order, places, { resume, startFresh });
  await runBatch(folder, isNew || !resume ? { mode: 'new' } : resume, { json });
}

function onlyNamed(id: string): RigError {
  return new RigError(
    'COMMAND_INVALID',
    `rig run --id ${id}: say what it is about, or --resume-auto to go on with a batch of that name`,
  );
}

function nothingToRun(): RigError {
  return new RigError(
    'COMMAND_INVALID',
    'rig run: say what: --batch-config FILE for a batch, --station NAME for what is in the slots of a station',
  );
}
