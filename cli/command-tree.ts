import type { Command, Option } from 'commander';

/** A command with all that can be written after it. Plain JSON. */
export interface CommandNode {
  name: string;
  about: string;
  arguments: { name: string; about: string; isRequired: boolean; isVariadic: boolean; choices?: string[] }[];
  flags: FlagNode[];
  commands: CommandNode[];
}

export interface FlagNode {
  /** As it is written: `--batch-size`. */
  flag: string;
  about: string;
  /** Name of its value, when it takes one. */
  value?: string;
  choices?: string[];
}

/** Hidden commands, which only programs call, are left out. */
export function commandTree(command: Command): CommandNode {
  return {
    name: command.name(),
    about: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      about: argument.description,
      isRequired: argument.required,
      isVariadic: argument.variadic,
      ...(argument.argChoices && { choices: argument.argChoices }),
    })),
    flags: command.options.map(flagNode),
    commands: command.createHelp().visibleCommands(command).map(commandTree),
  };
}

function flagNode({ long, short, flags, description, argChoices }: Option): FlagNode {
  const value = /[<[](?<value>[^>\]]+?)(\.\.\.)?[>\]]/.exec(flags)?.groups?.['value'];
  return {
    flag: long ?? short ?? flags,
    about: description,
    ...(value !== undefined && { value }),
    ...(argChoices && { choices: argChoices }),
  };
}
