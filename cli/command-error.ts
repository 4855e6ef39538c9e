import type { Command, CommanderError } from 'commander';
import { RigError } from '../core/errors.js';

/** What commander says of a command line, as an error of ours: on one line, with the nearest name and where to read on. */
export function commandError(
  { message }: CommanderError,
  program: Command,
  argv: readonly string[],
): RigError {
  const path = namedCommand(program, argv);
  const what = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\(Did you mean (.*)\?\)/, '; did you mean $1?')
    .replace(/ ; /, '; ')
    .replace(/^\(outputHelp\)$/, 'a command is missing');
  return new RigError(
    'COMMAND_INVALID',
    `${path.join(' ')}: ${what}; \`${help(path)}\` shows how it is written`,
  );
}

/** The command that the line names, as far as it does: `rig`, `batch`, `start`. */
function namedCommand(program: Command, argv: readonly string[]): string[] {
  let command = program;
  const path = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) break;
    command = next;
    path.push(next.name());
  }
  return path;
}

function help([name = '', ...rest]: readonly string[]): string {
  return rest.length === 0 ? `${name} --help` : `${name} help ${rest.join(' ')}`;
}
