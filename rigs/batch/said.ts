import type { CheckedFile } from '../checked-file.js';
import type { Problem } from '../problem.js';
import type { ValuePath } from '../yaml-source.js';

/** A value together with the place at which a user wrote it: what is wrong with it is reported there. */
export interface Said<T> {
  value: T;
  /** `batch.yaml batch_size` or `--batch-size`: for messages about another place. */
  where: string;
  problem(what: string): Problem;
}

/** What stands at a path of a file; undefined when nothing does. */
export function said<T>(
  file: Pick<CheckedFile<unknown>, 'file' | 'problemAt'>,
  path: ValuePath,
  value: T | undefined,
): Said<T> | undefined {
  return value === undefined ? undefined : saidAt(file, path, value);
}

/** What stands at a path of a file. */
export function saidAt<T>(
  file: Pick<CheckedFile<unknown>, 'file' | 'problemAt'>,
  path: ValuePath,
  value: T,
): Said<T> {
  const shown = file.file.split('/').at(-1) ?? file.file;
  return {
    value,
    where: path.length === 0 ? shown : `${shown} ${path.join('.')}`,
    problem: (what) => file.problemAt(path, what),
  };
}

/** What a flag of the command line says; undefined when it was not written. */
export function saidByFlag<T>(flag: string, value: T | undefined): Said<T> | undefined {
  if (value === undefined) return undefined;
  const problem = (what: string): Problem => ({ file: flag, line: 1, column: 1, path: '', what });
  return { value, where: flag, problem };
}

/** Another value at the same place: what was made of what stands there. */
export function resaid<From, To>(from: Said<From>, value: To): Said<To> {
  return { ...from, value };
}
