import { Argument, type Command } from 'commander';
import { addCommand } from '../new-command.js';
import { answer } from '../output.js';

const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** Name of the command that the shells' scripts call; no person does. */
export const candidatesCommand = '__complete';

const notes = `
Completes commands, flags, and the names of stations, batches, releases and boards. Put one of these into the shell's start file:
  bash   source <(npx rig completion bash)
  zsh    source <(npx rig completion zsh)
  fish   npx rig completion fish | source
It works for \`rig\`, so say also: alias rig='npx rig'
`;

/** `rig completion SHELL`, and the hidden command that answers the shell. */
export function addCompletionCommands(program: Command): void {
  addCommand(program, 'completion', {
    about: 'print a script that teaches a shell to complete `rig`',
    json: '{shell, script}',
    notes,
    examples: [
      ['completion bash', 'prints the script'],
      ['completion fish > ~/.config/fish/completions/rig.fish', 'for good, in fish'],
    ],
  })
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action(async (shell: Shell, { json }: { json?: boolean }) => {
      const { scriptFor } = await import('./scripts.js');
      const script = scriptFor(shell);
      answer(json, { shell, script }, () => script);
    });
  program
    .command(candidatesCommand, { hidden: true })
    .argument('[word...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => {
      const { candidates, formatCandidates } = await import('./candidates.js');
      process.stdout.write(formatCandidates(candidates(program, words)));
    });
}
