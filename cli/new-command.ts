import type { Command } from 'commander';

/** What a command says of itself in its help. */
export interface CommandText {
  /** One line, beginning with a verb. */
  about: string;
  /** Command lines without `rig`, and what each does. */
  examples: readonly (readonly [command: string, does: string])[];
  /** Fields of the value that `--json` prints. */
  json: string;
  /** Further paragraphs of the help. */
  notes?: string;
}

/** Adds a command with its help, examples and `--json`. The caller adds arguments, flags and the action. */
export function addCommand(
  parent: Command,
  name: string,
  { about, examples, json, notes }: CommandText,
): Command {
  const widest = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, does]) => `  rig ${command.padEnd(widest)}   ${does}`);
  const text = [...(notes ? [notes.trim(), ''] : []), 'Examples:', ...lines];
  return parent
    .command(name)
    .description(about)
    .option('--json', `print one JSON value: ${json}`)
    .helpCommand(false)
    .addHelpText('after', `\n${text.join('\n')}`);
}

/** Adds a command that only holds others. */
export function addGroup(parent: Command, name: string, about: string): Command {
  return parent.command(name).description(about).helpCommand(false);
}
