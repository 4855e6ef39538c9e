import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Playwright project of a few lines, written to disk and run by the real command. */
export interface TinyProject {
  folder: string;
  /** Folder of the run `run1`, when the set-up started a coordinator. */
  results: string;
  run(options?: {
    args?: string[];
    env?: Record<string, string>;
    terminal?: { columns: number; rows: number };
  }): Promise<{
    code: number | null;
    output: string;
  }>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');

/**
 * Writes `specs` (name → text) beside a config with the live reporter, Allure, and a set-up that starts a real coordinator on a station of
 * the virtual bench with three slots. Specs import `unit` from `./unit.js`: see `unitSource`.
 */
export async function tinyProject(
  specs: Record<string, string>,
  options: { retries?: number } = {},
): Promise<TinyProject> {
  // Below the repository, where packages are found, in a folder that every tool ignores.
  await mkdir(join(root, 'test-results'), { recursive: true });
  const folder = await mkdtemp(join(root, 'test-results', 'tiny-'));
  const files = {
    'playwright.config.ts': config(options.retries ?? 0),
    'setup.ts': setup,
    'unit.ts': unitSource,
    ...specs,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {
    folder,
    results: join(folder, 'results', 'run1'),
    async run({ args = [], env = {}, terminal } = {}) {
      const inherited = { ...process.env };
      for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_OPTIONS']) delete inherited[name];
      const argv = [process.execPath, cli, 'test', ...args];
      const [command = '', ...rest] = terminal ? inTerminal(argv, terminal) : argv;
      const child = spawn(command, rest, { cwd: folder, env: { ...inherited, TERM: 'xterm', ...env } });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      return { code, output };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a command in a pseudo-terminal of that size, by script(1). */
function inTerminal(argv: readonly string[], { columns, rows }: { columns: number; rows: number }): string[] {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '-qefc', `stty cols ${columns} rows ${rows}; ${quoted}`, '/dev/null'];
}

const config = (retries: number) => `
import { defineConfig } from '@playwright/test';
import { allureReporterOptions } from '../../reports/allure.js';
const results = import.meta.dirname + '/results/run1';
const run = { runId: 'run1', resultsFolder: results, stations: [{ name: 'station1' }] };
export default defineConfig({
  testDir: '.', outputDir: './playwright', globalSetup: './setup.ts', workers: 3, fullyParallel: true, retries: ${retries},
  projects: [{ name: 'station1' }],
  reporter: [['../../reports/live-reporter.ts'], ['allure-playwright', allureReporterOptions(run)]],
});
`;

const setup = `
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoordinator } from '../../batch/coordinator/coordinator.js';
import { makeStation } from '../../tests/batch/station.js';
export default async function () {
  const here = import.meta.dirname;
  const runtimeFolder = mkdtempSync(join(tmpdir(), 'rig-tiny-'));
  process.env.TINY_SOCKET = join(runtimeFolder, 'run.sock');
  const coordinator = await startCoordinator({
    runId: 'run1', resultsFolder: join(here, 'results', 'run1'), socketPath: process.env.TINY_SOCKET,
    stations: [await makeStation(here, { slots: 3 })], runtimeFolder,
  });
  return () => coordinator.close();
}
`;

/** `unit(slot, body)` declares a test with the tags of a unit; the body gets the lease and tells and commits as the fixtures do. */
const unitSource = `
import { test } from '@playwright/test';
import { connectRpc } from '../../core/rpc.js';
import { RigError } from '../../core/errors.js';
import { describeUnit } from '../../reports/allure.js';
import { ended, passed } from '../../tests/reports/records.js';
export { ended, passed, RigError, test };
export function unit(slot, body, title = 'provision') {
  test.describe('station1 ' + slot, { tag: ['@station1', '@' + slot] }, () => {
    test(title, async () => {
      const client = await connectRpc(process.env.TINY_SOCKET, { onLost: () => new RigError('COORDINATOR_LOST', 'gone') });
      try {
        const lease = await client.request('lease', { station: 'station1', slot, programme: title, pid: process.pid });
        const tell = (event) => client.notify('event', { station: 'station1', slot, ...event });
        const commit = async (record) => {
          await client.request('commit', record);
          await describeUnit(record, import.meta.dirname + '/console.log', test.info());
        };
        await body({ header: lease.header, tell, commit });
        await client.request('endLease', { attemptId: lease.header.attemptId });
      } finally {
        client.close();
      }
    });
  });
}
`;
