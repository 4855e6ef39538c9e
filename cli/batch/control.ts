import { batchStatus } from '../../batch/order/batch-status.js';
import { controlBatch } from '../../batch/order/control-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { answer } from '../output.js';
import { placesOf } from '../places.js';
import { resumeOf, type ResumeFlags } from '../run/resume-flags.js';
import type { ControlFlags } from './batch-commands.js';
import { describeStatus } from './describe-status.js';
import { findFolder } from './find-batch.js';
import { runBatch } from './run-batch.js';

/** Speaks to the process that runs a batch. Throws BATCH_UNKNOWN, BATCH_NOT_RUNNING. */
export async function control(
  id: string | undefined,
  what: 'pause' | 'resume' | 'cancel',
  { why = '', json }: ControlFlags,
): Promise<void> {
  const folder = await findFolder(id, placesOf());
  const status = await controlBatch(folder, what, why);
  answer(json, status, () => `${describeStatus(status).join('\n')}\n`);
}

/** Starts a batch in this terminal. Throws BATCH_UNKNOWN. */
export async function startById(
  id: string | undefined,
  options: ResumeOptions,
  { json }: { json: boolean | undefined },
): Promise<void> {
  await runBatch(await findFolder(id, placesOf()), options, { json });
}

/** A batch whose process lives is told to go on; another is started again. */
export async function resumeById(id: string | undefined, flags: ControlFlags & ResumeFlags): Promise<void> {
  const folder = await findFolder(id, placesOf());
  const { pid } = await batchStatus(folder);
  if (pid !== undefined) return control(id, 'resume', flags);
  const options = resumeOf({ ...flags, resumeAuto: true }) ?? { mode: 'auto' };
  await runBatch(folder, options, { json: flags.json });
}
