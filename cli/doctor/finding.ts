import { exitCodes, type ExitCode } from '../exit-codes.js';

/** How bad a finding is: `ok`, worth knowing, may spoil a run, or no run can work with it. */
export const severities = ['ok', 'note', 'warning', 'error'] as const;

export type Severity = (typeof severities)[number];

/** What was looked at, in the order in which it is printed. */
export const areas = [
  'node',
  'modules',
  'kernel',
  'clock',
  'disk',
  'files',
  'tools',
  'permissions',
  'ports',
  'lines',
  'power',
  'meters',
  'selftest',
] as const;

/** One thing that was looked at. */
export interface Finding {
  area: (typeof areas)[number];
  /** What it is about: `avrdude`, `station1 slot3`. */
  subject: string;
  severity: Severity;
  /** What is there, or what is missing. */
  found: string;
  /** What to do; every warning and error has one. */
  remedy?: string;
}

/** The worst of them; `ok` when there is none. */
export function worstOf(findings: readonly Finding[]): Severity {
  const ranks = findings.map(({ severity }) => severities.indexOf(severity));
  return severities[Math.max(0, ...ranks)] ?? 'ok';
}

/** What the command ends with when this is the worst: an error means that the rig cannot work. */
export function exitCodeFor(severity: Severity): ExitCode {
  if (severity === 'error') return exitCodes.rigFailed;
  return severity === 'warning' ? exitCodes.notGood : exitCodes.good;
}
