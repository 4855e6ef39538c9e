import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Fault } from '../../rigs/faults.js';
import type { RunsOn } from './run.js';

/** Changes a station's file before it is run. */
export type StationEdit = (station: { slots: { id: string; driver?: string }[]; faults?: Fault[] }) => void;

/** A station of the shipped rig, with results and sockets of its own, and with what `edit` makes of its file. */
export async function shippedRig(
  station: string,
  edit: StationEdit,
): Promise<RunsOn & { remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), `${station}-`));
  const [rigs, results, runtime] = [join(folder, 'rigs'), join(folder, 'results'), join(folder, 'runtime')];
  await cp('rigs', rigs, { recursive: true });
  await mkdir(runtime, { mode: 0o700 });
  const path = join(rigs, `${station}.yaml`);
  const file = parse(await readFile(path, 'utf8')) as Parameters<StationEdit>[0];
  edit(file);
  await writeFile(path, stringify(file));
  const env = { RIG_RIGS: rigs, RIG_RESULTS: results, RIG_RUNTIME_DIR: runtime };
  return { station, results, env, remove: () => rm(folder, { recursive: true, force: true }) };
}
