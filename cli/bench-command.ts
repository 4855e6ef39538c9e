import type { Command } from 'commander';
import { addCommand } from './new-command.js';

/** The flags of `rig bench`. */
export interface BenchFlags {
  lines?: boolean;
  drive: string[];
  shuffle?: string;
  swap: string[];
  swaps?: string;
  boards?: boolean;
  json?: boolean;
}

/** `rig bench <station>`: the virtual bench by hand. */
export function addBenchCommand(program: Command): void {
  addCommand(program, 'bench', {
    about: 'start the virtual bench of a station by hand and print its ports; runs use it until Ctrl-C',
    json: 'the state of a bench that starts: {pid, station, slots, …}; or, of one that runs, {drives, swapped, lines, boards} as far as asked for',
    examples: [
      ['bench station1', 'until Ctrl-C'],
      ['bench station1 --lines', 'the lines of the bench that runs'],
      ['bench station1 --drive lid=open', 'open its lid'],
      ['bench station1 --swap slot3', 'put another board into slot3'],
    ],
  })
    .argument('<station>', 'name of a station file in rigs/')
    .option('--lines', 'print the lines of the bench that runs already')
    .option(
      '--drive <input=state>',
      'do something to an input of the bench that runs already: lid=open, lid=closed, start=press, emergencyStop=pressed, …',
      (drive, drives: string[]) => [...drives, drive],
      [],
    )
    .option(
      '--swap <slot>',
      'take the board out of a slot of the bench that runs already and put a new one in: slot3; slot3=out leaves the nest empty, slot3=in fills it',
      (swap, swaps: string[]) => [...swaps, swap],
      [],
    )
    .option('--boards', 'print the boards that the bench that runs already has made')
    .option(
      '--swaps <ms>',
      'swap the board of each unit that is over, leaving its nest empty for so long; 300x7 stops after seven boards a slot',
    )
    .option(
      '--shuffle <seed>',
      'wire the boards to other ports than the station file says, the same way for the same seed',
    )
    .action(async (name: string, flags: BenchFlags) => {
      const { runBenchCommand } = await import('./run-bench.js');
      await runBenchCommand(name, flags);
    });
}
