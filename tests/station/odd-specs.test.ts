import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { projectWithSpecs } from '../project-with-specs.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

const spec = (name: string, fixtures: string, body: string) => `
import { eachUnit, expect, test } from '../fixtures/index.js';
eachUnit(() => {
  test('${name}', async ({ ${fixtures} }) => {
    await test.step('detect', () => dut.identify(flasher));
    ${body}
  });
});
`;
const write = "await test.step('flash', () => flasher.provision(dut.release));";

const specs = {
  // Console and checks first, the loader last.
  'upside-down.spec.ts': spec(
    'upside-down',
    'check, console, power, flasher, dut',
    `${write}
    await power.cycle();
    await expect(console).toBoot(dut.release);
    await check.all();
    expect.soft(1, 'the lid fits').toBe(2);`,
  ),
  'no-cycle.spec.ts': spec(
    'no-cycle',
    'dut, flasher, console, check',
    `${write}
    await expect(console).toBoot(dut.release);
    await check.all();`,
  ),
  'late.spec.ts': spec(
    'late',
    'dut, flasher, record',
    `const writing = test.step('flash', () => flasher.provision(dut.release));
    while (!record.isTouched) await new Promise((resolve) => setTimeout(resolve, 10));
    test.setTimeout(1);
    await writing;`,
  ),
  'only-looks.spec.ts': spec('only-looks', 'dut, flasher', write).replace(
    'eachUnit(',
    "eachUnit({ proof: 'identity' }, ",
  ),
  // The run is stopped while the board starts; what the spec does next must not meet the rollback.
  'stopped.spec.ts': spec(
    'stopped',
    'dut, flasher, power, console',
    `${write}
    await test.step('boot', async () => {
      const cycling = power.cycle();
      process.kill(process.ppid, 'SIGINT');
      await cycling;
      await expect(console).toBoot(dut.release);
    });`,
  ),
};

// One bench for all: what a run leaves in a flash is what the next one finds.
describe('specs that are written or stopped in an unusual way', () => {
  let rig: RigFolder;
  let cwd: string;
  let folder: string;
  let bench: Awaited<ReturnType<typeof startBench>>;

  const run = async (programme: string, ...words: string[]): Promise<AttemptRecord> => {
    const { output } = await runStation({ ...rig, cwd }, [programme, ...words]);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.equal(record?.programme, programme, output);
    return record;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'odd-specs-'));
    cwd = await projectWithSpecs(specs);
    rig = await makeRigFolder({
      slots: 1,
      version: '1.1.0',
      board: { backup: 'regions', rollbackOnFailure: true, recovery: { attempts: 3 } },
    });
    bench = await startBench(
      { ...rig, env: { ...cleanEnvironment(), ...rig.env } },
      join(folder, 'bench.log'),
    );
    // Far less than an attempt takes: its time limit comes from its board file, not from the configuration.
    const first = await run('provision', '--timeout=500');
    assert.equal(first.outcome, 'pass', first.failure?.message);
  });
  after(async () => {
    await bench.stop();
    await rig.remove();
    for (const path of [folder, cwd]) await rm(path, { recursive: true, force: true });
  });

  const brief = ({ outcome, failure, flashState, rollback }: AttemptRecord) => [
    outcome,
    failure?.code,
    flashState,
    rollback?.bootedVersion,
  ];

  test('a unit is rolled back whichever fixture its spec names first, also for what no step threw', async () => {
    await rig.useVersion('1.3.0');
    const record = await run('upside-down');
    assert.deepEqual(brief(record), ['fail', 'ASSERTION_FAILED', 'restored', '1.1.0']);
    const log = await readFile(join(await latestResults(rig), record.consoleLog ?? ''), 'utf8');
    assert.match(log, /--- rolled back, since ASSERTION_FAILED: the lid fits/);
  });

  test('a board that was not started after its write is the spec’s mistake, not a silent board', async () => {
    await rig.useVersion('1.4.0');
    const record = await run('no-cycle');
    assert.deepEqual(brief(record), ['error', 'NO_PROOF', 'restored', '1.1.0']);
    assert.match(record.failure?.message ?? '', /call power\.cycle\(\)/);
  });

  test('a spec that is to identify its boards alone writes nothing', async () => {
    const record = await run('only-looks');
    assert.deepEqual(brief(record), ['error', 'CONFIG_INVALID', undefined, undefined]);
    assert.deepEqual(
      record.flashTries?.map(({ doing }) => doing),
      ['probe'],
    );
  });

  test('a write that the time limit cuts off is undone, and not tried again meanwhile', async () => {
    await rig.useVersion('1.5.0', { appSizeBytes: 500_000 });
    const record = await run('late');
    assert.deepEqual(brief(record), ['error', 'STEP_TIMEOUT', 'restored', '1.1.0']);
    assert.deepEqual(
      record.flashTries?.map(({ doing, code }) => [doing, code]),
      [
        ['probe', undefined],
        ['write', 'STEP_TIMEOUT'],
        ['restore', undefined],
      ],
    );
  });

  test('a spec that is stopped while its board starts leaves port and power to the rollback', async () => {
    await rig.useVersion('1.6.0');
    assert.deepEqual(brief(await run('stopped')), ['aborted', 'ABORTED', 'restored', '1.1.0']);
  });
});
