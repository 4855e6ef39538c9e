import { printBenchLines } from '../../../cli/running-bench.js';
import { runBench } from '../../../cli/bench.js';
import { makeStation } from '../../batch/station.js';

/** `bench-by-hand.ts <folder> [--lines]`: `rig bench` for a station of two slots without rig files. */
const [folder, lines] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: bench-by-hand.ts <folder> [--lines]');
const station = await makeStation(folder);
try {
  const where = { runtimeFolder: folder, env: process.env };
  await (lines === undefined ? runBench(station, where) : printBenchLines(station, where));
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n`);
  process.exitCode = 1;
}
