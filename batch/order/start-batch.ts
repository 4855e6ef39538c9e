import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { validateJournal } from '../journal/chain-proof.js';
import { listCheckpoints } from '../journal/checkpoint-files.js';
import { journalWriter } from '../journal/journal.js';
import { journalName } from '../projections/run-data.js';
import { runPlaywright, type PlaywrightEnd, type PlaywrightOptions } from '../run/run-playwright.js';
import type { BatchState } from '../units/batch-state.js';
import { planBatchRun, type BatchRunOptions } from './batch-run.js';
import { readBatchState } from './read-state.js';
import { rollbackDue } from './rollback-plan.js';
import { batchVerdict } from './verdict.js';

/** How a batch stands after its run; `notEnded`: not every unit has a result. */
export type BatchEnd = 'good' | 'notGood' | 'notEnded' | 'rigFailed' | 'interrupted';

/** A unit whose worker died has its turn again; one that kills its worker each time must not hold up the batch for ever. */
const mostRuns = 3;

/** Playwright's, after Ctrl-C. */
const exitOfInterrupt = 130;

/**
 * Runs what there is to do of a batch, as Playwright runs in this terminal, one after the other: what is to be done, again what lost its turn by no doing of its own,
 * then the rollback of a wave that missed its threshold. Throws as `planBatchRun` does, JOURNAL_BUSY while another run of it is under way and JOURNAL_CORRUPT, before anything is energised.
 */
export async function startBatch(
  folder: string,
  options: BatchRunOptions,
  output: PlaywrightOptions['output'] = 'stdout',
): Promise<BatchEnd> {
  const run = (how: BatchRunOptions) => {
    const env = { ...process.env, RIG_BATCH: folder, RIG_BATCH_RUN: JSON.stringify(how) };
    return runPlaywright([], { env, output });
  };
  /** Returns how the batch ends when somebody has ended that. */
  const rollBack = async (): Promise<BatchEnd | undefined> => {
    if (!rollbackDue(await readBatchState(folder))?.units.length) return undefined;
    return stoppedBy(await run({ mode: 'auto', force: true, rollback: true }), await readBatchState(folder));
  };
  await refuseSecond(folder);
  await refuseDamaged(folder);
  await planBatchRun(folder, options, process.env);
  const early = await rollBack();
  if (early) return early;
  let how: BatchRunOptions = options;
  for (let runs = 0; runs < mostRuns; runs++) {
    const { pending } = await planBatchRun(folder, how, process.env);
    if (pending.length === 0) break;
    const end = await run(how);
    const found = await readBatchState(folder);
    const stopped = stoppedBy(end, found);
    if (stopped) return stopped;
    const { control, runs: done } = found;
    // It died, or never began: what is wrong with the host or the files is no better in a second run.
    if (done.at(-1)?.end === undefined) return 'rigFailed';
    if (control?.what === 'stop') break;
    how = { ...options, mode: 'auto' };
  }
  const late = await rollBack();
  if (late) return late;
  const { batch, state } = await planBatchRun(folder, { mode: 'auto', force: true }, process.env);
  const { isGood, isComplete } = batchVerdict(batch, state);
  if (isGood) return 'good';
  return isComplete ? 'notGood' : 'notEnded';
}

/** What somebody who ended the run makes of the batch; undefined when nobody did. */
function stoppedBy({ code, signal }: PlaywrightEnd, { control }: BatchState): BatchEnd | undefined {
  if (control?.what === 'cancel') return 'notEnded';
  const isStopped = code === exitOfInterrupt || signal === 'SIGINT' || signal === 'SIGTERM';
  return isStopped ? 'interrupted' : undefined;
}

/** A journal that lacks lines at its end opens like any other, and units would be done twice. */
async function refuseDamaged(folder: string): Promise<void> {
  const isNew = (await listCheckpoints(folder)).length === 0 && !existsSync(join(folder, journalName));
  if (isNew) return;
  const { problems } = await validateJournal(folder);
  const refused = problems.filter(({ handling }) => handling === 'refused');
  if (refused.length === 0) return;
  const said = refused.map(({ what, where, remedy }) => `${where}: ${what}; ${remedy}`);
  throw new RigError('JOURNAL_CORRUPT', said.join('\n'));
}

/** The run itself would be refused too, and could say less about it. */
async function refuseSecond(folder: string): Promise<void> {
  const writer = await journalWriter(join(folder, journalName));
  if (writer === undefined) return;
  const what = `${folder} is written by run ${writer.runId} (pid ${writer.pid})`;
  throw new RigError('JOURNAL_BUSY', what, { details: { pid: writer.pid } });
}
