import { plainCare } from '../fixtures/sample.js';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Board, Release, Slot, Station } from '../../rigs/types.js';

/** A station of the virtual bench with power, boot, reset and lamps, without rig files. */
export async function makeStation(
  folder: string,
  options: { name?: string; slots?: number } = {},
): Promise<Station> {
  const { name = 'station1', slots = 2 } = options;
  const release = await makeRelease(folder);
  return {
    name,
    bench: 'virtual',
    programme: ['provision'],
    powerOn: { staggerMs: 20, settleMs: 10, switchingAtOnce: 8 },
    limits: { flashesAtOnce: 8, rigErrorsInARow: 0 },
    slots: Array.from({ length: slots }, (_, index) => slot(index, release)),
    faults: [],
    seed: 1,
    file: join(folder, `${name}.yaml`),
  };
}

function slot(index: number, release: Release): Slot {
  const line = (offset: number) => ({ chip: 'bench0', line: index * 8 + offset });
  return {
    id: `slot${index + 1}`,
    serial: { path: `/dev/serial/by-path/${index + 1}`, baudRate: 115200 },
    power: line(0),
    boot: line(1),
    reset: { ...line(2), activeLow: true },
    lamps: { pass: line(3), fail: line(4) },
    board,
    release,
  };
}

async function makeRelease(folder: string): Promise<Release> {
  const content = Buffer.from(Array.from({ length: 36_864 }, (_, index) => (index % 251) ^ (index >> 8)));
  const path = join(folder, 'app.bin');
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const md5 = createHash('md5').update(content).digest('hex');
  const app = { name: 'app', offset: 0x10000, path, sizeBytes: content.length, sha256, md5 };
  return {
    name: 'demo-1.2.0',
    version: '1.2.0',
    chip: 'esp32',
    write: 'all',
    images: [app],
    sha256,
    file: path,
  };
}

const board: Board = {
  name: 'esp32-devkit',
  chip: 'esp32',
  flash: { driver: 'esptool-js', sizeBytes: 4 << 20, baudRate: 921600 },
  supply: { onVolts: 4.5, offVolts: 0.5, riseMs: 300, fallMs: 300, inrushMs: 50 },
  boot: { version: 'v(?<version>\\S+)', ready: 'ready', timeoutMs: 5000 },
  console: { over: 'serial' },
  ...plainCare,
  checks: [],
  file: 'esp32-devkit.yaml',
};
