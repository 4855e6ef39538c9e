import type { Command } from 'commander';
import { RigError } from '../core/errors.js';
import { suggestion } from '../core/nearest-name.js';
import { commandTree } from './command-tree.js';
import { exitCodeMeanings, formatExitCodes } from './exit-codes.js';
import { addCommand } from './new-command.js';
import { answer } from './output.js';

const exitCodeTopic = 'exit-codes';

/** `rig help [command…]` and `rig help exit-codes`. */
export function addHelpCommand(program: Command): void {
  addCommand(program, 'help', {
    about: 'show the help of a command, or `exit-codes`',
    json: '{name, about, arguments, flags, commands}, or a list of {code, means}',
    examples: [
      ['help batch start', 'its flags, with examples'],
      ['help exit-codes', 'what each exit code means'],
      ['help --json', 'the whole tree of commands and flags'],
    ],
  })
    .argument('[word...]', 'a command, e.g. batch start, or exit-codes')
    .action((words: string[], { json }: { json?: boolean }) => {
      if (words[0] === exitCodeTopic)
        return answer(
          json,
          exitCodeMeanings.map(([code, means]) => ({ code, means })),
          formatExitCodes,
        );
      const command = commandAt(program, words);
      answer(json, commandTree(command), () => helpOf(command));
    });
}

/** With what `addHelpText` has added, which only `outputHelp` knows. */
function helpOf(command: Command): string {
  command.outputHelp();
  return '';
}

function commandAt(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const names = command.commands.map((each) => each.name());
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) {
      const topics = command === program ? [...names, exitCodeTopic] : names;
      throw new RigError(
        'COMMAND_INVALID',
        `help: no command "${words.join(' ')}"; ${suggestion(word, topics)}`,
      );
    }
    command = next;
  }
  return command;
}
