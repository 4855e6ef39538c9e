import type { Command } from 'commander';
import type { MapFlags } from './map.js';
import { addCommand } from './new-command.js';

const notes = `
Exit code:
  0    every slot is as the file says, or is now, after --write
  1    the file says something else, or a slot did not answer
  4    two answers for one slot, one for two, or the rig could not be mapped: nothing was written
  130  stopped by Ctrl-C; everything is off

Put a board into every nest first: an empty one is reported and never guessed. Runs of the station are
refused meanwhile, and a run that has a slot is not disturbed: then this command is refused.
`;

/** `rig map STATION`: powers one slot at a time and sees which port answers. */
export function addMapCommand(program: Command): void {
  addCommand(program, 'map', {
    about: 'find out which serial port and boot drive belongs to which slot, and prove or write the file',
    json: '{station, state, slots, skipped, written, backup}',
    notes,
    examples: [
      ['map station1', 'prove that the file is right'],
      ['map station1 --write', 'write the ports that were found; the old file stays beside it'],
      ['map station1 --only slot3', 'after one cable was changed'],
    ],
  })
    .argument('<station>', 'name of a station file in rigs/')
    .option('--write', 'write the ports that were found into the station file')
    .option(
      '--only <slot>',
      'power this slot alone; may be given several times',
      (id, ids: string[]) => [...ids, id],
      [],
    )
    .action(async (name: string, flags: MapFlags) => {
      const { runMap } = await import('./run-map.js');
      await runMap(name, flags);
    });
}
