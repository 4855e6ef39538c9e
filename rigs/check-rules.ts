import { dirname, resolve } from 'node:path';
import { exitCodeName, type Check, type CheckMeasure } from '../drivers/console/check.js';
import type { CheckedFile } from './checked-file.js';
import { repeated } from './name-rule.js';
import { patternProblem } from './pattern-rule.js';
import type { BoardFile, Partly } from './rig-files.js';
import { scriptProblem } from './script-rule.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<BoardFile>;

/** What the checks of a board file must keep, beyond their schema: names, patterns, limits, and programs that can be run. */
export async function checkChecks(file: File): Promise<void> {
  const checks = file.values.checks ?? [];
  for (const { index, first } of repeated(checks.map((check) => check?.name))) {
    const what = `"${checks[index]?.name}" is already the check of line ${file.lineOf(['checks', first, 'name'])}; give it a name of its own`;
    file.report(['checks', index, 'name'], what);
  }
  for (const [index, check] of checks.entries()) {
    if (check !== undefined) checkWay(file, index, check);
  }
  for (const { measure, path } of measuresOf(file)) {
    checkPattern(file, [...path, 'pattern'], measure.pattern, 'value');
    checkLimits(file, path, measure);
  }
  checkMeasureNames(file);
  await checkScripts(file);
}

/** A check asks the console or runs a program: one of the two. */
function checkWay(file: File, index: number, { name, commands, script }: Partly<Check>): void {
  const path: ValuePath = ['checks', index];
  const isDoubtful = file.problems.some((problem) => problem.path.startsWith(`checks[${index}].`));
  if (commands !== undefined && script !== undefined)
    file.report([...path, 'script'], 'stands beside `commands`; make it a check of its own', 'key');
  if (commands === undefined && script === undefined && !isDoubtful) {
    const remedy = 'add `commands` for its console, or a `script` to run';
    file.report(path, `the check ${name ?? ''} does nothing; ${remedy}`);
  }
  for (const [position, command] of (commands ?? []).entries()) {
    checkPattern(file, [...path, 'commands', position, 'expect'], command?.expect);
    checkPattern(file, [...path, 'commands', position, 'fail'], command?.fail);
  }
}

async function checkScripts(file: File): Promise<void> {
  for (const [index, check] of (file.values.checks ?? []).entries()) {
    const written = check?.script?.path;
    const what = written && (await scriptProblem(resolve(dirname(file.file), written)));
    if (what) file.report(['checks', index, 'script', 'path'], what);
  }
}

/** Reports a regular expression that cannot serve; `group` is the named group that it must have. */
export function checkPattern(file: File, path: ValuePath, pattern: string | undefined, group?: string): void {
  const what = pattern === undefined ? undefined : patternProblem(pattern, group);
  if (what !== undefined) file.report(path, what);
}

function checkLimits(file: File, path: ValuePath, { type, limits }: Partly<CheckMeasure>): void {
  if (limits === undefined) return;
  const { min, max, equals } = limits;
  if (min !== undefined && max !== undefined && min > max) {
    file.report(
      [...path, 'limits'],
      `min (${min}) is above max (${max}), so no value is good; exchange the two`,
    );
  }
  if (equals !== undefined && (min !== undefined || max !== undefined)) {
    file.report(
      [...path, 'limits', 'equals'],
      'stands beside min or max; keep either equals, or min and max',
    );
  }
  if (type === 'text' && (min !== undefined || max !== undefined)) {
    file.report(
      [...path, 'limits'],
      'min and max judge numbers, and the value is text; write `type: number`, or use equals',
    );
  }
  const wanted = type === 'text' ? 'string' : 'number';
  if (type !== undefined && equals !== undefined && typeof equals !== wanted) {
    const written = typeof equals === 'string' ? `the text "${equals}"` : `the number ${String(equals)}`;
    const remedy =
      type === 'text' ? `put it in quotes: "${String(equals)}"` : 'write a number, or `type: text`';
    file.report([...path, 'limits', 'equals'], `is ${written}, but the value is of type ${type}; ${remedy}`);
  }
}

interface PlacedMeasure {
  measure: Partly<CheckMeasure>;
  path: ValuePath;
}

/** Every value that a check of the file takes, of consoles and of programs. */
function measuresOf({ values }: File): PlacedMeasure[] {
  const placed = (measures: Partly<CheckMeasure[]> | undefined, path: ValuePath): PlacedMeasure[] =>
    (measures ?? []).map((measure, position) => ({
      measure: measure ?? {},
      path: [...path, 'measure', position],
    }));
  return (values.checks ?? []).flatMap((check, index) => [
    ...(check?.commands ?? []).flatMap((command, number) =>
      placed(command?.measure, ['checks', index, 'commands', number]),
    ),
    ...placed(check?.script?.measure, ['checks', index, 'script']),
  ]);
}

function checkMeasureNames(file: File): void {
  const entries = measuresOf(file).map(({ measure, path }) => ({
    name: measure.name,
    path: [...path, 'name'],
  }));
  for (const { index, first } of repeated(entries.map(({ name }) => name))) {
    const [entry, earlier] = [entries[index], entries[first]];
    if (entry === undefined || earlier === undefined) continue;
    const what = `"${entry.name}" is already measured in line ${file.lineOf(earlier.path)}; give it a name of its own`;
    file.report(entry.path, what);
  }
  for (const check of file.values.checks ?? []) {
    if (check?.script === undefined || check.name === undefined) continue;
    const taken = exitCodeName(check.name);
    for (const { name, path } of entries.filter((entry) => entry.name === taken))
      file.report(path, `"${name}" is the exit code of the check ${check.name}; give it a name of its own`);
  }
}
