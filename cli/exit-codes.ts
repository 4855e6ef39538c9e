import type { Blame, RigError } from '../core/errors.js';

/** What the `rig` command ends with. */
export const exitCodes = {
  good: 0,
  notGood: 1,
  usage: 2,
  notEnded: 3,
  rigFailed: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each one means, as `rig help exit-codes` and docs/rig-command.md say it. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [
    exitCodes.good,
    'Good: the batch is within its gates, every unit of a plain run passed, or what was asked was done.',
  ],
  [
    exitCodes.notGood,
    'Not good: the batch is outside of its gates, units failed, or what was looked at (a log, a file, a journal, a rig) is not in order.',
  ],
  [exitCodes.usage, 'Wrong usage or files; nothing was energised.'],
  [exitCodes.notEnded, 'Stopped, paused or cancelled before its end; it can be resumed.'],
  [exitCodes.rigFailed, 'The rig failed: repair the station or the host, the boards are not to blame.'],
  [exitCodes.interrupted, 'Interrupted by Ctrl-C; everything is off.'],
];

const byBlame: Record<Blame, ExitCode> = {
  dut: exitCodes.notGood,
  config: exitCodes.usage,
  operator: exitCodes.notEnded,
  rig: exitCodes.rigFailed,
};

/** What a command ends with that threw: it follows from who has to act. */
export function exitCodeFor({ blame }: Pick<RigError, 'blame'>): ExitCode {
  return byBlame[blame];
}

/** The table as a person reads it. */
export function formatExitCodes(): string {
  const rows = exitCodeMeanings.map(([code, means]) => `  ${String(code).padEnd(5)}${means}`);
  return ['Exit codes of every command:', '', ...rows, ''].join('\n');
}
