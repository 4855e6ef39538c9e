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

/** One check of a board: data, not code. It asks the board's console, or runs a program of the host. */
export type Check = ConsoleCheck | ScriptCheck;

interface AnyCheck {
  name: string;
  /** A required check must have been measured for a pass. */
  required: boolean;
}

export interface ConsoleCheck extends AnyCheck {
  commands: CheckCommand[];
  script?: never;
}

export interface ScriptCheck extends AnyCheck {
  script: CheckScript;
  commands?: never;
}

/** A program of the host that judges the unit: exit code 0 is good. */
export interface CheckScript {
  /** Absolute path of an executable file. */
  path: string;
  args: string[];
  /** Then it is killed with everything that it has started, and the unit fails. */
  timeoutMs: number;
  /** The program opens the slot's port itself: the rig lets go of it meanwhile, and hears nothing of the board. */
  takesPort: boolean;
  /** Values taken from what the program prints. */
  measure: CheckMeasure[];
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

/** The measurement that holds the exit code of a check's program. */
export function exitCodeName(check: string): string {
  return `${check.replaceAll('-', '_')}_exit_code`;
}
