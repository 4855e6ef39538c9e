import { catalogue } from '../core/error-catalogue.js';
import { nearestName, suggestion } from '../core/nearest-name.js';
import {
  placeholders,
  placeholdersIn,
  placeholdersOf,
  type CallName,
} from '../drivers/flash/command/placeholders.js';
import type { CommandTool, ToolCall, ToolError } from '../drivers/flash/command/command-tool.js';
import type { CheckedFile } from './checked-file.js';
import { patternProblem } from './pattern-rule.js';
import type { BoardFile, Partly } from './rig-files.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<BoardFile>;
type Tool = Partly<CommandTool>;

const calls = Object.keys(placeholdersOf) as CallName[];
const at: ValuePath = ['flash', 'command'];

/** Every argument of a described tool, whichever call it belongs to. */
export function wordsOf(tool: Partly<CommandTool>): string[] {
  return [...words(tool.args), ...calls.flatMap((name) => words(tool[name]?.args))];
}

/** What a described tool must keep: patterns that compile, codes that exist, arguments that something can be filled into. */
export function checkCommand(file: File): void {
  const tool = file.values.flash?.command;
  if (tool === undefined) return;
  checkErrors(file, [...at, 'errors'], tool.errors);
  for (const name of calls) {
    const call = tool[name];
    if (call === undefined) continue;
    checkArgs(file, tool, name, call);
    checkErrors(file, [...at, name, 'errors'], call.errors);
    checkPatterns(file, name, call);
  }
}

function checkArgs(file: File, tool: Tool, name: CallName, { args = [] }: Partly<ToolCall>): void {
  const common = words(tool.args);
  const all = [...common, ...words(args)];
  if (all.length === 0) {
    const what =
      'names no tool; write its name or path as the first word of `args`, here or in flash.command.args';
    file.report([...at, name], what);
  }
  const known = placeholdersOf[name];
  for (const word of new Set(placeholdersIn(all))) {
    if (known.some((each) => each === word)) continue;
    const where = placeholdersIn(words(args)).includes(word) ? [...at, name, 'args'] : [...at, 'args'];
    const isKnown = Object.hasOwn(placeholders, word);
    const why = isKnown ? `which \`${name}\` has not` : suggestion(word, known);
    file.report(
      where,
      isKnown ? `holds {${word}}, ${why}` : `holds {${word}}, which stands for nothing; ${why}`,
    );
  }
  if (['write', 'verify', 'read'].includes(name) && !placeholdersIn(all).includes('file'))
    file.report([...at, name, 'args'], `holds no {file}, so \`${name}\` could not know which`);
}

function checkErrors(file: File, path: ValuePath, errors: Partly<ToolError[]> | undefined): void {
  for (const [index, error] of (errors ?? []).entries()) {
    checkPattern(file, [...path, index, 'pattern'], error?.pattern);
    const code = error?.code;
    if (code === undefined || Object.hasOwn(catalogue, code)) continue;
    const nearest = nearestName(code, Object.keys(catalogue));
    const remedy = `${nearest === undefined ? '' : `did you mean ${nearest}? `}docs/errors.md lists them`;
    file.report([...path, index, 'code'], `"${code}" is no error code; ${remedy}`);
  }
}

function checkPatterns(file: File, name: CallName, call: Partly<ToolCall>): void {
  const path = [...at, name];
  checkPattern(file, [...path, 'success'], call.success);
  const isBytes = call.progress?.includes('(?<bytes>') === true;
  checkPattern(file, [...path, 'progress'], call.progress, isBytes ? 'bytes' : 'percent');
  if (name === 'probe') {
    if (call.identity === undefined && !file.isWritten([...path, 'identity']))
      file.report(path, 'has no `identity`, which finds the chip; add it, or leave `probe` out');
    checkPattern(file, [...path, 'identity'], call.identity, 'chip');
  } else if (call.identity !== undefined) {
    file.report([...path, 'identity'], 'belongs to `probe`, which runs before the first write');
  }
}

function checkPattern(file: File, path: ValuePath, pattern: string | undefined, group?: string): void {
  const what = pattern === undefined ? undefined : patternProblem(pattern, group);
  if (what !== undefined) file.report(path, what);
}

function words(args: Partly<string[]> | undefined): string[] {
  return (args ?? []).filter((word) => word !== undefined);
}
