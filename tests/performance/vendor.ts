import { esptoolCommand } from '../../drivers/flash/esptool-tool.js';
import type { BenchState } from '../../rigs/bench.js';
import { loadRig } from '../../rigs/load-rig.js';
import { timed } from './processes.js';
import type { PerformanceRig } from './rig.js';

/** What a user would do instead: a script that starts the vendor's tool on all ports at once. Flashes, checks nothing. */
export async function vendorScript(
  state: BenchState,
  rig: PerformanceRig,
  log: string,
): Promise<{ wholeSeconds: number; eachSeconds: number[] }> {
  const esptool = esptoolCommand();
  const { stations } = await loadRig(rig.rigs, { specs: 'specs' });
  const slot = stations[0]?.slots[0];
  if (slot === undefined) throw new Error(`${rig.rigs} has no station`);
  const images = slot.release.images.flatMap(({ offset, path }) => [`0x${offset.toString(16)}`, path]);
  const started = performance.now();
  const runs = Object.values(state.slots).map(({ serialPath }) => {
    const where = ['--chip', 'esp32', '--port', serialPath, '--baud', String(slot.board.flash.baudRate)];
    const how = ['--before', 'no-reset', '--after', 'no-reset', 'write-flash', '--flash-mode', 'keep'];
    const keep = ['--flash-freq', 'keep', '--flash-size', 'keep'];
    return timed(esptool, [...where, ...how, ...keep, ...images], { log });
  });
  const finished = await Promise.all(runs);
  const failed = finished.find((run) => run.exitCode !== 0);
  if (failed) throw new Error(`${esptool} ended with ${failed.exitCode}: see ${log}`);
  return {
    wholeSeconds: (performance.now() - started) / 1000,
    eachSeconds: finished.map((run) => run.seconds),
  };
}
