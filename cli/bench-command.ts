import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runtimeFolder } from '../core/runtime-folder.js';
import { runBench } from './bench.js';
import { driveBench } from './drive-bench.js';
import { printBenchLines } from './running-bench.js';
import { findStation } from './find-station.js';

interface BenchOptions {
  lines?: boolean;
  drive: string[];
  shuffle?: string;
}

/** `rig bench <station>`: the virtual bench by hand. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .argument('<station>', 'name of a station file in rigs/')
    .option('--lines', 'print the lines of the bench that runs already')
    .option(
      '--drive <input=state>',
      'do something to an input of the bench that runs already: lid=open, lid=closed, start=press, emergencyStop=pressed, …',
      (drive, drives: string[]) => [...drives, drive],
      [],
    )
    .option(
      '--shuffle <seed>',
      'wire the boards to other ports than the station file says, the same way for the same seed',
    )
    .description('start the virtual bench of a station by hand and print its ports; runs use it until Ctrl-C')
    .action(async (name: string, options: BenchOptions) => {
      const station = await findStation(name);
      const where = {
        runtimeFolder: runtimeFolder(resolve('.'), process.env),
        results: resolve(process.env['RIG_RESULTS'] ?? 'results'),
        env: process.env,
        ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
      };
      if (options.drive.length > 0) await driveBench(station, options.drive, where);
      if (options.lines) await printBenchLines(station, where);
      else if (options.drive.length === 0) await runBench(station, where);
    });
}
