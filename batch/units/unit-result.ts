import type { ErrorCode } from '../../core/error-catalogue.js';
import type { Outcome } from '../../core/outcome.js';
import type { AttemptRecord } from '../../core/record.js';

/** What became of a unit, as far as gates, waves and a resume need to know. */
export interface UnitResult {
  unit: number;
  outcome: Outcome;
  code?: string;
  /** Undefined when nothing was verified. */
  verifiedBy?: string;
  /** Of a flash step that wrote something. */
  flashSeconds?: number;
  /** The whole attempt. */
  seconds: number;
}

export function unitResult(unit: number, record: AttemptRecord): UnitResult {
  const { outcome, failure, flash, startedAt, endedAt } = record;
  return {
    unit,
    outcome,
    ...(failure && { code: failure.code }),
    ...(flash?.verified && { verifiedBy: flash.verifiedBy }),
    ...(flash && flash.sizeBytes > 0 && { flashSeconds: flash.seconds }),
    seconds: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
  };
}

/** What happened around a unit and says nothing of it: it is as if it had not had its turn. */
const aroundTheUnit: ReadonlySet<string> = new Set<ErrorCode>([
  'WORKER_LOST',
  'COORDINATOR_LOST',
  'SLOT_BUSY',
  'SLOT_OUT_OF_USE',
  'GUARD_LOST',
  'BENCH_FAILED',
  'JOURNAL_WRITE_FAILED',
]);

/** Whether the attempt gave the unit a result; without one it stays to be done. */
export function isVerdict({ outcome, failure }: Pick<AttemptRecord, 'outcome' | 'failure'>): boolean {
  if (outcome === 'aborted' || outcome === 'skipped') return false;
  return !(outcome === 'error' && failure !== undefined && aroundTheUnit.has(failure.code));
}
