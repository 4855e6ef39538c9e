import { relative } from 'node:path';
import { RigError } from '../core/errors.js';

/** Something wrong in a file that a user wrote. */
export interface Problem {
  /** Path of the file, or the name of the environment variable. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** `slots[2].serial.path`; empty when the whole file is meant. */
  path: string;
  /** What is there, and what would be right. */
  what: string;
  /** The station that it concerns; left out when it concerns every station. */
  station?: string;
}

/** One line a problem, `file:line:column path: what`, in order of place; what concerns two stations stands once. Files below the working folder are relative to it. */
export function formatProblems(problems: readonly Problem[]): string {
  const sorted = [...problems].sort(
    (one, two) => one.file.localeCompare(two.file) || one.line - two.line || one.column - two.column,
  );
  return [...new Set(sorted.map(textOf))].join('\n');
}

/** Throws CONFIG_INVALID with every problem, when there is any. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new RigError('CONFIG_INVALID', `nothing was energised\n${formatProblems(problems)}`, {
    details: { problems },
  });
}

function textOf({ file, line, column, path, what }: Problem): string {
  const fromHere = relative('.', file);
  const shown = fromHere.startsWith('..') ? file : fromHere;
  return `${shown}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${what}`;
}
