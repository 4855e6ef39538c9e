import { join } from 'node:path';
import { benchLines, linesText } from '../../../cli/running-bench.js';
import { runBench } from '../../../cli/bench.js';
import { driveBench, driveText } from '../../../cli/drive-bench.js';
import { makeStation } from '../../batch/station.js';

/** `bench-by-hand.ts <folder> [--lines | --drive <input=state>…]`: `rig bench` for a station of two slots with operator lines, without rig files. */
const [folder, option, ...drives] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: bench-by-hand.ts <folder> [--lines | --drive …]');
const line = (offset: number) => ({ chip: 'operator0', line: offset, activeLow: true, debounceMs: 20 });
const operator = { lid: line(0), emergencyStop: line(1), start: line(2), waitSeconds: 600 };
const station = { ...(await makeStation(folder)), operator };
try {
  const where = { runtimeFolder: folder, results: join(folder, 'results'), env: process.env };
  if (option === undefined) await runBench(station, where);
  else if (option === '--lines') process.stdout.write(linesText(await benchLines(station, where)));
  else process.stdout.write(driveText(await driveBench(station, drives, where)));
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n`);
  process.exitCode = 1;
}
