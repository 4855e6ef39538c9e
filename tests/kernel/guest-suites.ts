import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { GuestResult } from './guest/results-reporter.js';
import { runInVm, type VmOptions } from './vm.js';

export interface GuestSuites extends Pick<VmOptions, 'timeoutMs' | 'megabytes' | 'env'> {
  /** Shell command that makes what the suites need. */
  before?: string;
  /** Gets the folder with what the guest wrote to `$VM_OUT`. */
  look?: (folder: string) => Promise<void>;
}

/** Runs `guest/<name>.guest.ts`, one after the other, in one start of the virtual machine; each of their tests becomes one here. */
export async function guestSuites(
  context: TestContext,
  names: readonly string[],
  { before = 'true', look, ...options }: GuestSuites,
): Promise<void> {
  const keep = await mkdtemp(join(tmpdir(), 'rig-guest-'));
  try {
    const runs = names.map((name) => `${nodeTest(name)} || failed=1\ncp ${resultsOf(name)} /run/vm`);
    const command = [before, 'failed=0', ...runs, 'exit $failed'].join('\n');
    const { exitCode, output } = await runInVm(`set -e\n${command}`, { ...options, keep });
    for (const name of names) {
      const text = await readFile(join(keep, basename(resultsOf(name))), 'utf8').catch(() => '');
      assert.notEqual(text, '', `nothing ran of ${name}: ${output}`);
      for (const line of text.trim().split('\n')) await report(context, JSON.parse(line) as GuestResult);
    }
    assert.equal(exitCode, 0, output);
    await look?.(keep);
  } finally {
    await rm(keep, { recursive: true, force: true });
  }
}

function nodeTest(name: string): string {
  const reporters = [
    '--test-reporter=spec --test-reporter-destination=stdout',
    `--test-reporter=./tests/kernel/guest/results-reporter.ts --test-reporter-destination=${resultsOf(name)}`,
  ];
  return `node --import tsx ${reporters.join(' ')} tests/kernel/guest/${name}.guest.ts`;
}

/** In a folder of everybody, since a suite may be another user at the moment in which node opens the file. */
function resultsOf(name: string): string {
  return `/tmp/rig-results-${name}.jsonl`;
}

async function report(context: TestContext, { name, skip, error }: GuestResult): Promise<void> {
  await context.test(name, { skip: skip ?? false }, () => {
    if (error !== undefined) throw new Error(error);
  });
}
