import type { CheckedFile } from '../checked-file.js';
import type { Partly } from '../rig-files.js';
import type { ValuePath } from '../yaml-source.js';
import type { Said } from './said.js';

/** One value of a station, board or release file that the batch has in its place. */
export interface Patch {
  path: ValuePath;
  value: unknown;
  from: Said<unknown>;
  /** Left out where the file says something with which this holds. */
  unless?: (written: unknown) => boolean;
  /** Left out, with a notice, where a board cannot do it. */
  isOptional?: true;
}

/** The same value from the same place, read into a key of a file. */
export function patch(
  path: ValuePath,
  from: Said<unknown> | undefined,
  value: unknown = from?.value,
): Patch[] {
  return from === undefined ? [] : [{ path, value, from }];
}

/**
 * A file with values of the batch in place of its own. What the rules object to at such a value is reported where the batch says it. The file itself, which
 * others share, stays as it is.
 */
export function patchedFile<T>(file: CheckedFile<T>, wanted: readonly Patch[]): CheckedFile<T> {
  const patches = wanted.filter(({ path, unless }) => unless?.(valueAt(file.values, path)) !== true);
  if (patches.length === 0) return file;
  const values = patches.reduce<unknown>(
    (before, { path, value }) => withValue(before, path, value),
    file.values,
  ) as Partly<T>;
  const problems = [...file.problems];
  const fromOf = (path: ValuePath): Said<unknown> | undefined =>
    (
      patches.findLast((each) => begins(path, each.path)) ??
      patches.findLast((each) => names.includes(each.path.at(-1)) && begins(each.path, path))
    )?.from;
  const problemAt: CheckedFile<T>['problemAt'] = (path, what, part) => {
    const from = fromOf(path);
    return from === undefined ? file.problemAt(path, what, part) : from.problem(what);
  };
  return {
    ...file,
    values,
    problems,
    problemAt,
    report: (path, what, part) => void problems.push(problemAt(path, what, part)),
    isWritten: (path) =>
      patches.some((each) => begins(path, each.path))
        ? valueAt(values, path) !== undefined
        : file.isWritten(path),
    complete: () => (file.complete() === undefined ? undefined : (values as T)),
  };
}

/** What stands in a slot or station is at fault for what it lacks around them. */
const names: readonly unknown[] = ['board', 'release'];

/** Whether a path leads to something at or below another. */
function begins(path: ValuePath, start: ValuePath): boolean {
  return start.every(
    (step, index) => path[index] === step || (step === '-' && typeof path[index] === 'number'),
  );
}

function valueAt(data: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined),
    data,
  );
}

/** A copy with one value changed; what lies on the way is made where it is missing. `-` stands for the end of a list. */
function withValue(data: unknown, path: ValuePath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === '-') return [...(Array.isArray(data) ? (data as unknown[]) : []), value];
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(data) ? [...(data as unknown[])] : [];
    list[step] = withValue(list[step], rest, value);
    return list;
  }
  const group = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return { ...group, [step]: withValue(group[step], rest, value) };
}
