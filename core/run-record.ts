import type { Outcome } from './outcome.js';
import type { ReleaseIdentity } from './record.js';

/** What a run says of itself before its first attempt. */
export interface RunHeader {
  runId: string;
  /** Batch id; the run id when there is no batch. */
  batch: string;
  stations: string[];
  releases: ReleaseIdentity[];
  /** Versions of everything that could change a result: `rigwright`, `node`, `playwright`, the flash drivers' libraries. */
  versions: Record<string, string>;
  /** The Playwright main process. */
  pid: number;
  host: string;
  argv: string[];
  /** ISO 8601, UTC, milliseconds. */
  startedAt: string;
}

/** One output as it was read back from its chip. */
export interface LineReadback {
  station: string;
  slot: string;
  /** What the line does. */
  role: 'power' | 'boot' | 'reset';
  /** As `lineName` writes it. */
  line: string;
  /** Read from the chip; `unknown` when it could not be driven or read. */
  state: 'inactive' | 'active' | 'unknown';
  /** Why the state is unknown. */
  reason?: string;
}

/** The outputs that can energise or strap a board, of every slot that the run used, when it ended; lamps stay lit for the operator. */
export interface SafeReadback {
  lines: LineReadback[];
}

/** How a run ended, when it ended in order. */
export interface RunEnd {
  /** Playwright's word: `passed`, `failed`, `timedout`, `interrupted`. */
  status: string;
  endedAt: string;
  /** Attempts by outcome. */
  attempts: Record<Outcome, number>;
}

/** True when every line was read back as inactive. */
export function isSafe(readback: SafeReadback): boolean {
  return readback.lines.every((line) => line.state === 'inactive');
}
