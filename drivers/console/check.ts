import type { Limits } from '../../core/measurement.js';

/** One command of a check and what its response must show. Patterns are JavaScript regular expressions, multi-line, in text form. */
export interface CheckCommand {
  /** Sent to the console with a line end; left out to only listen. */
  send?: string;
  /** The response must match this before the deadline. Boards that echo: it must not match the command itself. */
  expect: string;
  /** A match of this ends the check at once as CHECK_RESPONSE: the board itself says that it failed. */
  fail?: string;
  timeoutMs: number;
  /** Values taken from the response, up to and including the line that ends the expected text. */
  measure: CheckMeasure[];
}

export interface CheckMeasure {
  /** snake_case. */
  name: string;
  /** Must have the named group `value`. */
  pattern: string;
  /** Unit of the value as the board prints it; empty for text. */
  unit: string;
  /** `number` (decimal or 0x…) unless told. */
  type: 'number' | 'text';
  limits?: Limits;
}

/** One check of a board: data, not code. */
export interface Check {
  name: string;
  /** A required check must have been measured for a pass. */
  required: boolean;
  commands: CheckCommand[];
}

/** How a board proves that it booted. */
export interface BootExpectation {
  /** Must have the named group `version`: the firmware's own banner. */
  version: string;
  /** The application's word that it is up. It comes after the banner: looked for from the end of that match on. */
  ready: string;
  /** Sent again and again until the version comes, for consoles that say nothing by themselves. */
  ask?: string;
  timeoutMs: number;
}
