import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runtimeFolder } from '../core/runtime-folder.js';
import { runBench } from './bench.js';
import { driveBench } from './drive-bench.js';
import { printBenchLines } from './running-bench.js';
import { findStation } from './find-station.js';
import { printBenchBoards, swapBench, swapsOf } from './swap-bench.js';

interface BenchOptions {
  lines?: boolean;
  drive: string[];
  shuffle?: string;
  swap: string[];
  swaps?: string;
  boards?: boolean;
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
    .description('start the virtual bench of a station by hand and print its ports; runs use it until Ctrl-C')
    .action(async (name: string, options: BenchOptions) => {
      const station = await findStation(name);
      const where = {
        runtimeFolder: runtimeFolder(resolve('.'), process.env),
        results: resolve(process.env['RIG_RESULTS'] ?? 'results'),
        env: process.env,
        ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
        ...(options.swaps !== undefined && { swaps: swapsOf(options.swaps, station) }),
      };
      const { drive, swap, lines, boards } = options;
      if (drive.length > 0) await driveBench(station, drive, where);
      if (swap.length > 0) await swapBench(station, swap, where);
      if (lines) await printBenchLines(station, where);
      if (boards) await printBenchBoards(station, where);
      if (drive.length + swap.length === 0 && !lines && !boards) await runBench(station, where);
    });
}
