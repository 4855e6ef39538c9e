import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { join } from 'node:path';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';

/** A station of `slots` virtual boards with the shipped release, and an empty Playwright project to compare its runs with. */
export interface PerformanceRig extends RigFolder {
  /** Folder of the empty Playwright project. */
  empty: string;
}

/** Writes the rig below `root`, anew. */
export async function makeRig(root: string, slots: number): Promise<PerformanceRig> {
  const folder = await makeRigFolder({
    slots,
    station: `line${slots}`,
    release: 'demo',
    folder: join(root, String(slots)),
  });
  await alwaysWritten(join(folder.rigs, 'releases'));
  const empty = join(folder.folder, 'empty');
  await mkdir(empty, { recursive: true });
  await writeFile(join(empty, 'playwright.config.ts'), emptyConfig(slots));
  await writeFile(join(empty, 'empty.spec.ts'), emptySpec(slots));
  return { ...folder, empty };
}

/** The vendor's tool has just written the same boards: a release that is skipped where it is there already would measure nothing. */
async function alwaysWritten(releases: string): Promise<void> {
  await rm(releases);
  await cp('rigs/releases', releases, { recursive: true });
  const file = join(releases, 'demo-1.2.0.yaml');
  const release = parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  delete release['skip'];
  await writeFile(file, stringify(release));
}

function emptyConfig(slots: number): string {
  return `import { defineConfig } from '@playwright/test';
export default defineConfig({ testDir: '.', outputDir: './out', fullyParallel: true, workers: ${slots}, reporter: 'line' });
`;
}

/** Each test waits a moment, so that every worker gets one, as in a run. */
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
