import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

/** A folder with a station of `slots` virtual boards, everything else as in the shipped rig. */
export interface PerformanceRig {
  station: string;
  slots: number;
  rigs: string;
  results: string;
  runtime: string;
  /** Folder of the empty Playwright project that the run is compared with. */
  empty: string;
}

/** Writes the rig below `root`, anew. */
export async function makeRig(root: string, slots: number): Promise<PerformanceRig> {
  const folder = resolve(root, String(slots));
  await rm(folder, { recursive: true, force: true });
  const rig: PerformanceRig = {
    station: `line${slots}`,
    slots,
    rigs: join(folder, 'rigs'),
    results: join(folder, 'results'),
    runtime: join(folder, 'runtime'),
    empty: join(folder, 'empty'),
  };
  for (const path of [rig.rigs, rig.runtime, rig.empty]) await mkdir(path, { recursive: true, mode: 0o700 });
  await cp('rigs/boards', join(rig.rigs, 'boards'), { recursive: true });
  await symlink(resolve('rigs/releases'), join(rig.rigs, 'releases'));
  await writeFile(join(rig.rigs, `${rig.station}.yaml`), stringify(station(rig)));
  await writeFile(join(rig.empty, 'playwright.config.ts'), emptyConfig(slots));
  await writeFile(join(rig.empty, 'empty.spec.ts'), emptySpec(slots));
  return rig;
}

function station({ station, slots }: PerformanceRig): object {
  return {
    station,
    bench: 'virtual',
    board: 'esp32-devkit',
    release: 'demo-1.2.0',
    programme: ['provision'],
    powerOn: { staggerMs: 60, settleMs: 200 },
    limits: { flashesAtOnce: slots },
    slots: Array.from({ length: slots }, (_, index) => ({
      id: `slot${index + 1}`,
      serial: { path: `/dev/serial/by-path/performance-port${index + 1}`, baudRate: 115200 },
      power: { chip: 'expander-0', line: index, activeLow: true },
      boot: { chip: 'expander-1', line: index },
      meter: { hwmon: `/sys/class/hwmon/performance${index + 1}`, volts: 'in1_input', amps: 'curr1_input' },
    })),
  };
}

function emptyConfig(slots: number): string {
  return `import { defineConfig } from '@playwright/test';
export default defineConfig({ testDir: '.', outputDir: './out', fullyParallel: true, workers: ${slots}, reporter: 'line' });
`;
}

function emptySpec(slots: number): string {
  return `import { test, expect } from '@playwright/test';
for (let slot = 1; slot <= ${slots}; slot++) {
  test.describe('slot' + slot, () => {
    test('nothing', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(slot).toBeGreaterThan(0);
    });
  });
}
`;
}
