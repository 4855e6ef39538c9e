import { faultCodes, type FaultLabel } from './labels.js';
import type { Rank } from './precedence.js';

/** Text that proves a fault: one line of a ROM, a bootloader, a kernel or a crash handler. */
export interface BootSignature {
  label: FaultLabel;
  code: (typeof faultCodes)[FaultLabel];
  rank: Rank;
  /** Whether the board is known to be down with this line, so that waiting for its boot or its answer ends at once. */
  fatal: boolean;
  /** Matches within one line. Groups `cause`, `address` and `reason` where the line has them. */
  pattern: RegExp;
  /** What it means, in plain words. */
  means: string;
  /** Finds the group `address` in the lines that follow. */
  details?: RegExp;
}

/** Pattern, meaning, and where the address stands in the lines below. */
export type SignatureRow = readonly [RegExp, string, RegExp?];

/** The rows that share a label, `fatal` unless told otherwise. */
export function signatures(
  { label, rank, fatal = true }: { label: FaultLabel; rank: Rank; fatal?: boolean },
  rows: readonly SignatureRow[],
): BootSignature[] {
  return rows.map(([pattern, means, details]) => ({
    label,
    code: faultCodes[label],
    rank,
    fatal,
    pattern,
    means,
    ...(details && { details }),
  }));
}
