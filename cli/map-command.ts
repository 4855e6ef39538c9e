import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RigError } from '../core/errors.js';
import { runtimeFolder } from '../core/runtime-folder.js';
import { findStation } from './find-station.js';
import { exitCodeOf, mapStation, type MapCommandOptions } from './map.js';

const help = `
Exit code:
  0    every slot is as the file says, or is now, after --write
  1    the file says something else, or a slot did not answer
  2    two answers for one slot, one for two, or the rig could not be mapped: nothing was written
  130  stopped by Ctrl-C; everything is off

Put a board into every nest first: an empty one is reported and never guessed. Runs of the station are
refused meanwhile, and a run that has a slot is not disturbed: then this command is refused.

Examples:
  npx rig map station1                  prove that the file is right
  npx rig map station1 --write          write the ports that were found; the old file stays beside it
  npx rig map station1 --only slot3     after one cable was changed
  npx rig map station1 --json           for scripts: {station, state, slots, skipped, written, backup}
`;

/** `rig map STATION`: powers one slot at a time and sees which port answers. */
export function addMapCommand(program: Command): void {
  program
    .command('map')
    .argument('<station>', 'name of a station file in rigs/')
    .option('--write', 'write the ports that were found into the station file')
    .option(
      '--only <slot>',
      'power this slot alone; may be given several times',
      (id, ids: string[]) => [...ids, id],
      [],
    )
    .option('--json', 'print the result as one JSON object')
    .description(
      'find out which serial port and boot drive belongs to which slot, and prove or write the file',
    )
    .addHelpText('after', help)
    .action(async (name: string, options: MapCommandOptions) => {
      const interrupted = new AbortController();
      const stop = () => interrupted.abort(new RigError('ABORTED', 'stopped; every slot is switched off'));
      for (const signal of signals) process.on(signal, stop);
      try {
        const station = await findStation(name);
        const result = await mapStation(station, {
          ...options,
          runtimeFolder: runtimeFolder(resolve('.'), process.env),
          results: resolve(process.env['RIG_RESULTS'] ?? 'results'),
          signal: interrupted.signal,
        });
        process.exitCode = exitCodeOf(result);
      } catch (thrown) {
        if (!(thrown instanceof RigError)) throw thrown;
        process.stderr.write(`${thrown.message}\n`);
        process.exitCode = interrupted.signal.aborted ? 130 : 2;
      } finally {
        for (const signal of signals) process.off(signal, stop);
      }
    });
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
