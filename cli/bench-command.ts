import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runtimeFolder } from '../core/runtime-folder.js';
import { runBench } from './bench.js';
import { printBenchLines } from './running-bench.js';
import { findStation } from './find-station.js';

/** `rig bench <station>`: the virtual bench by hand. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .argument('<station>', 'name of a station file in rigs/')
    .option('--lines', 'print the lines of the bench that runs already')
    .description('start the virtual bench of a station by hand and print its ports; runs use it until Ctrl-C')
    .action(async (name: string, options: { lines?: boolean }) => {
      const station = await findStation(name);
      const where = { runtimeFolder: runtimeFolder(resolve('.'), process.env), env: process.env };
      await (options.lines ? printBenchLines(station, where) : runBench(station, where));
    });
}
