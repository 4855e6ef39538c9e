import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { demoProgram } from '../firmware/demo-program.js';
import { buildRelease } from '../firmware/demo-release.js';
import type { Fault } from '../rigs/faults.js';

export interface RigFolderOptions {
  slots: number;
  station?: string;
  /** `demo` is the shipped release; `small` is one of 32 KiB that flashes in a moment. */
  release?: 'demo' | 'small';
  /** Version of the small release; 1.2.0 unless told. */
  version?: string;
  /** Keys that the board file has in place of the shipped ones. */
  board?: object;
  /** Further keys of the station file. */
  keys?: object;
  faults?: Fault[];
  /** Where to put it; a new temporary folder unless told. */
  folder?: string;
}

/** What a small release is made of. */
export interface SmallBuild {
  /** 32 KiB unless told. */
  appSizeBytes?: number;
  /** Free heap that its firmware reports. */
  heapFreeBytes?: number;
  /** Two releases of one seed differ in their application only; each version has its own unless told. */
  seed?: number;
  /** Further keys of the release file. */
  release?: object;
}

/** A rig of its own in a folder of its own: nothing that runs there meets another run. */
export interface RigFolder {
  folder: string;
  station: string;
  slots: number;
  rigs: string;
  results: string;
  runtime: string;
  /** What makes a command use this rig. */
  env: { RIG_RIGS: string; RIG_RESULTS: string; RIG_RUNTIME_DIR: string };
  /** From the next run on the station has the small release of that version. */
  useVersion(version: string, build?: SmallBuild): Promise<void>;
  remove(): Promise<void>;
}

/** Writes a rig with one station of virtual boards; everything that is not an option is as in the shipped rig. */
export async function makeRigFolder(options: RigFolderOptions): Promise<RigFolder> {
  const folder = resolve(options.folder ?? (await mkdtemp(join(tmpdir(), 'rig-'))));
  await rm(folder, { recursive: true, force: true });
  const [rigs, results, runtime] = ['rigs', 'results', 'runtime'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [rigs, runtime]) await mkdir(path, { recursive: true, mode: 0o700 });
  const station = options.station ?? 'bench1';
  await cp('rigs/boards', join(rigs, 'boards'), { recursive: true });
  if (options.board) {
    const path = join(rigs, 'boards/esp32-devkit.yaml');
    const shipped = parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, stringify({ ...shipped, ...options.board }));
  }
  const use = async (release: string) =>
    writeFile(join(rigs, `${station}.yaml`), stringify(stationFile(station, release, options)));
  await use(await putRelease(rigs, options.release ?? 'small', options.version ?? '1.2.0'));
  return {
    folder,
    station,
    slots: options.slots,
    rigs,
    results,
    runtime,
    env: { RIG_RIGS: rigs, RIG_RESULTS: results, RIG_RUNTIME_DIR: runtime },
    useVersion: async (version, build) => use(await putRelease(rigs, 'small', version, build)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function stationFile(station: string, release: string, { slots, keys, faults }: RigFolderOptions): object {
  return {
    station,
    bench: 'virtual',
    board: 'esp32-devkit',
    release,
    programme: ['provision'],
    powerOn: { staggerMs: 60, settleMs: 100 },
    limits: { flashesAtOnce: slots },
    ...(faults && { faults, seed: 1 }),
    ...keys,
    slots: Array.from({ length: slots }, (_, index) => ({
      id: `slot${index + 1}`,
      serial: { path: `/dev/serial/by-path/test-port${index + 1}`, baudRate: 115200 },
      power: { chip: 'expander-0', line: index, activeLow: true },
      boot: { chip: 'expander-1', line: index },
      lamps: { pass: { chip: 'expander-2', line: index }, fail: { chip: 'expander-3', line: index } },
      meter: { hwmon: `/sys/class/hwmon/test${index + 1}`, volts: 'in1_input', amps: 'curr1_input' },
    })),
  };
}

async function putRelease(
  rigs: string,
  kind: 'demo' | 'small',
  version: string,
  { appSizeBytes = 32 * 1024, heapFreeBytes, seed, release }: SmallBuild = {},
): Promise<string> {
  if (kind === 'demo') {
    await symlink(resolve('rigs/releases'), join(rigs, 'releases'));
    return 'demo-1.2.0';
  }
  const name = `small-${version}`;
  const folder = join(rigs, 'releases', name);
  await mkdir(folder, { recursive: true });
  const memory = { ...demoProgram.memory, ...(heapFreeBytes !== undefined && { heapFreeBytes }) };
  const program = { ...demoProgram, memory };
  const built = buildRelease({
    version,
    program,
    appSizeBytes,
    seed: seed ?? Number(version.replaceAll('.', '')),
  });
  const images = [];
  for (const { name: image, offset, bytes } of built) {
    await writeFile(join(folder, `${image}.bin`), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    images.push({ name: image, file: `${name}/${image}.bin`, offset, sha256 });
  }
  const file = { release: name, version, chip: 'esp32', images, ...release };
  await writeFile(join(rigs, 'releases', `${name}.yaml`), stringify(file));
  return name;
}
