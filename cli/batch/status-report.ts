import { batchStatus, type BatchStatus } from '../../batch/order/batch-status.js';
import type { BatchVerdict } from '../../batch/order/verdict.js';
import { RigError } from '../../core/errors.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** What `rig batch status --json` prints: a status, and what it has come to once it has ended. */
export interface StatusReport extends BatchStatus {
  /** Left out while the batch goes on, and when its files cannot be read any more. */
  verdict?: BatchVerdict;
}

/** Throws BATCH_UNKNOWN, JOURNAL_CORRUPT. */
export async function statusReport(folder: string): Promise<StatusReport> {
  const status = await batchStatus(folder);
  if (isOpen(status)) return status;
  const verdict = await verdictOf(folder);
  return verdict ? { ...status, verdict } : status;
}

/** Whether the batch may still change by itself. */
export function isOpen({ state }: Pick<BatchStatus, 'state'>): boolean {
  return state === 'created' || state === 'running' || state === 'paused';
}

/** What the batch itself ended with, or would have. */
export function exitCodeOfBatch({ state, verdict }: StatusReport): ExitCode {
  if (state === 'complete') return verdict?.isGood ? exitCodes.good : exitCodes.notGood;
  return state === 'died' ? exitCodes.rigFailed : exitCodes.notEnded;
}

async function verdictOf(folder: string): Promise<BatchVerdict | undefined> {
  const { planBatchRun } = await import('../../batch/order/batch-run.js');
  const { batchVerdict } = await import('../../batch/order/verdict.js');
  try {
    const { batch, state } = await planBatchRun(folder, { mode: 'auto', force: true }, process.env);
    return batchVerdict(batch, state);
  } catch (thrown) {
    if (thrown instanceof RigError && thrown.code === 'CONFIG_INVALID') return undefined;
    throw thrown;
  }
}
