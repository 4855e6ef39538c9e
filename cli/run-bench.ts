import { resolve } from 'node:path';
import { runtimeFolder } from '../core/runtime-folder.js';
import type { BenchFlags } from './bench-command.js';
import { runBench } from './bench.js';
import { driveBench, driveText } from './drive-bench.js';
import { findStation } from './find-station.js';
import { answer } from './output.js';
import { resultsFolder } from './places.js';
import { benchLines, linesText } from './running-bench.js';
import { benchBoards, boardsText, swapBench, swapsOf, swapText } from './swap-bench.js';

/** Starts a bench by hand, or does to the one that runs, and shows of it, what the flags say, in the order of the help. */
export async function runBenchCommand(name: string, flags: BenchFlags): Promise<void> {
  const station = await findStation(name);
  const { drive, swap, json, shuffle, swaps } = flags;
  const places = { runtimeFolder: runtimeFolder(resolve('.'), process.env), results: resultsFolder() };
  const drives = drive.length > 0 ? await driveBench(station, drive, places) : undefined;
  const swapped = swap.length > 0 ? await swapBench(station, swap, places) : undefined;
  const lines = flags.lines ? await benchLines(station, places) : undefined;
  const boards = flags.boards ? await benchBoards(station, places) : undefined;
  if (drives || swapped || lines || boards) {
    return answer(json, { drives, swapped, lines, boards }, () =>
      [
        drives ? driveText(drives) : '',
        swapped ? swapText(swapped) : '',
        lines ? linesText(lines) : '',
        boards ? boardsText(boards) : '',
      ].join(''),
    );
  }
  await runBench(station, {
    ...places,
    env: process.env,
    ...(json && { json }),
    ...(shuffle !== undefined && { shuffle }),
    ...(swaps !== undefined && { swaps: swapsOf(swaps, station) }),
  });
}
