import { RigError } from '../../core/errors.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import { placesOf, type Places } from '../places.js';
import { isPlain, orderOf } from './order-options.js';
import { resumeOf } from './resume-flags.js';
import type { RunFlags } from './run-command.js';

/** Does what the flags of `rig run` say. Throws COMMAND_INVALID for flags that make no sense together, and CONFIG_INVALID. */
export async function run(flags: RunFlags): Promise<void> {
  const order = orderOf(flags);
  const places = placesOf();
  const resume = resumeOf(flags);
  const { listCheckpoints, validateCheckpoint, dryRun, startFresh, json } = flags;
  if (listCheckpoints || validateCheckpoint !== undefined) return look(order, places, flags);
  if (isPlain(order) && !resume && !startFresh) {
    const { station = [] } = order.flags;
    if (station.length === 0) throw nothingToRun();
    const { plainRun } = await import('./plain-run.js');
    return plainRun(station, [], { json, dryRun });
  }
  if (dryRun) return plan(order, places, resume, json);
  const { folderFor, isOnlyId } = await import('./order-folder.js');
  if (isOnlyId(order) && !resume && !startFresh) throw onlyNamed(order.flags.id ?? '');
  const { runBatch } = await import('../batch/run-batch.js');
  const { folder, isNew } = await folderFor(order, places, { resume, startFresh });
  await runBatch(folder, isNew || !resume ? { mode: 'new' } : resume, { json });
}

/** Shows checkpoints; starts nothing. */
async function look(
  order: BatchOrder,
  places: Places,
  { listCheckpoints, validateCheckpoint, json }: RunFlags,
): Promise<void> {
  const { chooseBatch } = await import('../batch/find-batch.js');
  const folder = await chooseBatch(order, places);
  if (listCheckpoints) {
    const { printCheckpoints } = await import('../checkpoint/list.js');
    return printCheckpoints(folder, { json });
  }
  const { printProof } = await import('../checkpoint/validate.js');
  await printProof(folder, validateCheckpoint, { json });
}

/** Says what would be done; starts nothing. */
async function plan(
  order: BatchOrder,
  places: Places,
  resume: ResumeOptions | undefined,
  json: boolean | undefined,
): Promise<void> {
  const { printPlan, printResume } = await import('./dry-run.js');
  const { begunFolder, wholeOrder } = await import('./order-folder.js');
  const folder = resume && (await begunFolder(order, places, resume));
  if (resume && folder !== undefined) return printResume(folder, resume, { json });
  await printPlan(await wholeOrder(order, places), places, { json });
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
