import type { Argument, Command, Option } from 'commander';
import { namesFor } from './names.js';

/** What may stand at the cursor. */
export interface Candidates {
  words: { word: string; about: string }[];
  /** The shell completes paths of files, too. */
  files: boolean;
}

/** What may be written in place of the last word, which may be empty; `words` are those after `rig`. */
export function candidates(program: Command, words: readonly string[]): Candidates {
  const { typed, before, prefix, flag } = split(words);
  const { command, operands, open } = walk(program, before);
  const option = flag === undefined ? open : command.options.find(isCalled(flag));
  if (option) return matching(valuesOf(option), typed, prefix);
  if (typed.startsWith('-')) return matching(flagsOf(command), typed);
  if (operands === 0 && command.commands.length > 0) {
    const nested = command.createHelp().visibleCommands(command);
    const own = nested.map((each) => ({ word: each.name(), about: each.description() }));
    const { words: more, files } = valuesOf(command.registeredArguments[0]);
    return matching({ words: [...own, ...more], files }, typed);
  }
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[operands] ?? (last?.variadic ? last : undefined);
  return matching(valuesOf(argument), typed);
}

/** One a line, with a tab before what it means; a line `:files` at the end lets the shell add paths. */
export function formatCandidates({ words, files }: Candidates): string {
  const lines = words.map(({ word, about }) => (about === '' ? word : `${word}\t${about}`));
  return [...lines, ...(files ? [':files'] : [])].map((line) => `${line}\n`).join('');
}

interface Split {
  /** What stands at the cursor. */
  typed: string;
  before: string[];
  /** What the shell has in front of `typed` in the same word: `--station=`. */
  prefix: string;
  /** Flag whose value is typed in the same word. */
  flag?: string;
}

/** Bash makes three words of `--station=st`, other shells one. */
function split(words: readonly string[]): Split {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { flag, value } = /^(?<flag>--[\w-]+)=(?<value>.*)$/.exec(last)?.groups ?? {};
  if (flag !== undefined && value !== undefined)
    return { typed: value, before: withoutEquals(before), prefix: `${flag}=`, flag };
  const typed = last === '=' ? '' : last;
  return { typed, before: withoutEquals(last === '=' ? words : before), prefix: '' };
}

function withoutEquals(words: readonly string[]): string[] {
  return words.filter((word, index) => !(word === '=' && (words[index - 1] ?? '').startsWith('--')));
}

/** The command that the words lead to, how many of its arguments are there, and the flag whose value comes next. */
function walk(
  program: Command,
  words: readonly string[],
): { command: Command; operands: number; open: Option | undefined } {
  let command = program;
  let operands = 0;
  let open: Option | undefined;
  for (const word of words) {
    if (word.startsWith('-')) {
      const option = command.options.find(isCalled(word));
      open = option && (option.required || option.optional) ? option : undefined;
    } else if (open) open = open.variadic ? open : undefined;
    else {
      const next = operands === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next) command = next;
      else operands += 1;
    }
  }
  return { command, operands, open };
}

function isCalled(flag: string): (option: Option) => boolean {
  return ({ long, short }) => flag === long || flag === short;
}

function flagsOf(command: Command): Candidates {
  const visible = command.createHelp().visibleOptions(command);
  return {
    words: visible.map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description })),
    files: false,
  };
}

function valuesOf(what: Option | Argument | undefined): Candidates {
  if (what === undefined) return { words: [], files: false };
  const listed = what.argChoices?.map((word) => ({ word, about: '' }));
  const value =
    'flags' in what ? (/[<[](?<value>[\w-]+)/.exec(what.flags)?.groups?.['value'] ?? '') : what.name();
  return listed ? { words: listed, files: false } : namesFor(value);
}

function matching({ words, files }: Candidates, typed: string, prefix = ''): Candidates {
  const fitting = words.filter(({ word }) => word.startsWith(typed));
  return { words: fitting.map(({ word, about }) => ({ word: `${prefix}${word}`, about })), files };
}
