import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Problem } from './problem.js';
import type { Partly } from './rig-files.js';
import { checkAgainstSchema, type FileKind } from './schema-check.js';
import { parseYamlSource, type ValuePath, type YamlSource } from './yaml-source.js';

/** A user's file after the syntax and schema rules; other rules report what they find to it. */
export interface CheckedFile<T> {
  /** As it was found: the folder as the caller gave it, and the file's name. */
  file: string;
  /** The file's name without `.yaml`: what refers to it uses this. */
  name: string;
  /** The values that the schema accepts; everything else is undefined. */
  values: Partly<T>;
  problems: Problem[];
  /** A problem at a value, or at its key, that does not count for everybody who uses the file. */
  problemAt(path: ValuePath, what: string, part?: 'key' | 'value'): Problem;
  /** Adds a problem at a value, or at its key. */
  report(path: ValuePath, what: string, part?: 'key' | 'value'): void;
  /** True when a single value stands in the file and is no default. */
  isWritten(path: ValuePath): boolean;
  /** From 1. */
  lineOf(path: ValuePath): number;
  /** All values, when the schema accepts all of them. */
  complete(): T | undefined;
}

/** Reads and checks a file; what makes it unreadable is a problem like any other. */
export async function readCheckedFile<T>(kind: FileKind, file: string): Promise<CheckedFile<T>> {
  return checkSource<T>(kind, file, await readSource(file));
}

/** Checks a file that was read already. */
export async function checkSource<T>(
  kind: FileKind,
  file: string,
  source: YamlSource,
): Promise<CheckedFile<T>> {
  const problems: Problem[] = source.problems.map((found) => ({ file, path: '', ...found }));
  const problemAt: CheckedFile<T>['problemAt'] = (path, what, part) => {
    const position = source.positionOf(path, part);
    return { file, line: position.line, column: position.column, path: pathText(path), what };
  };
  let values: unknown = source.data;
  let accepted = false;
  if (source.data !== undefined) {
    const findings = await checkAgainstSchema(kind, source.data, source);
    problems.push(...findings.map(({ path, what, part }) => problemAt(path, what, part)));
    for (const { path } of findings) values = without(values, path);
    accepted = findings.length === 0;
  }
  return {
    file,
    name: basename(file, '.yaml'),
    values: (values ?? {}) as Partly<T>,
    problems,
    problemAt,
    report: (path, what, part) => void problems.push(problemAt(path, what, part)),
    isWritten: (path) => source.typedText(path) !== undefined,
    lineOf: (path) => source.positionOf(path).line,
    complete: () => (accepted ? (values as T) : undefined),
  };
}

/** The bytes of a file as data with places; what makes it unreadable is among its problems. */
export async function readSource(file: string): Promise<YamlSource> {
  try {
    return parseYamlSource(await readFile(file));
  } catch (thrown) {
    const start = { line: 1, column: 1 };
    const what = `cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)}); check the file and its permissions`;
    const problems = [{ ...start, what }];
    return { data: undefined, problems, positionOf: () => start, typedText: () => undefined };
  }
}

/** Sets a value to undefined; the indices of a list stay as they are. */
function without(data: unknown, path: ValuePath): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  let parent = data;
  for (const step of path.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null) return data;
    parent = (parent as Record<string, unknown>)[step];
  }
  if (typeof parent === 'object' && parent !== null) (parent as Record<string, unknown>)[last] = undefined;
  return data;
}

/** `slots[2].serial.path` */
function pathText(path: ValuePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
