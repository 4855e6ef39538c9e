import type { CheckedFile } from '../checked-file.js';
import type { Problem } from '../problem.js';
import type { Partly } from '../rig-files.js';
import { checkAgainstSchema, type FileKind } from '../schema-check.js';
import type { ValuePath } from '../yaml-source.js';
import { patchedFile, type Patch } from './patched-file.js';
import type { Said } from './said.js';

export interface MadeUp {
  name: string;
  /** Path of the file that the batch was read from: relative paths begin in its folder. */
  file: string;
  /** For what none of the patches says. */
  from: Said<unknown>;
  patches: readonly Patch[];
}

/**
 * A station or release file that is written nowhere: a batch says what would stand in it. It is held against the same schema and the same rules as a written
 * one, and what they object to is reported where the batch says it.
 */
export async function madeUpFile<T>(kind: FileKind, made: MadeUp): Promise<CheckedFile<T>> {
  const { name, file, from, patches } = made;
  const placeless = from.problem('');
  const empty: CheckedFile<T> = {
    file,
    name,
    values: {} as Partly<T>,
    problems: [],
    problemAt: (_, what) => from.problem(what),
    report: () => undefined,
    isWritten: () => false,
    lineOf: () => placeless.line,
    complete: () => ({}) as T,
  };
  const whole = patchedFile(empty, patches);
  const values: unknown = structuredClone(whole.values);
  const findings = await checkAgainstSchema(kind, values, { typedText: (path) => textAt(values, path) });
  const problems: Problem[] = findings.map(({ path, what }) => whole.problemAt(path, what));
  return {
    ...whole,
    values: values as Partly<T>,
    problems,
    report: (path, what) => void problems.push(whole.problemAt(path, what)),
    lineOf: (path) => whole.problemAt(path, '').line,
    complete: () => (findings.length === 0 ? (values as T) : undefined),
  };
}

function textAt(values: unknown, path: ValuePath): string | undefined {
  const value = path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined),
    values,
  );
  return typeof value === 'object' || value === undefined ? undefined : String(value);
}
