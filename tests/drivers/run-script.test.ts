import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { RigError } from '../../core/errors.js';
import type { Measurement } from '../../core/measurement.js';
import type { CheckScript, ScriptCheck } from '../../drivers/console/check.js';
import { runScript } from '../../drivers/console/run-script.js';

interface ScriptRun {
  measured: Measurement[];
  /** What the check returned, or its error. */
  ended: Measurement[] | RigError;
  output: string;
}

/** Runs a shell script as the check `led-test`. */
async function run(
  t: TestContext,
  script: string,
  {
    signal,
    env = {},
    ...how
  }: Partial<CheckScript> & { signal?: AbortSignal; env?: Record<string, string> } = {},
): Promise<ScriptRun> {
  const folder = await mkdtemp(join(tmpdir(), 'run-script-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'program');
  const outputPath = join(folder, 'output.txt');
  await writeFile(path, script);
  await chmod(path, 0o755);
  const options = { path, args: [], timeoutMs: 30_000, takesPort: false, measure: [], ...how };
  const check: ScriptCheck = { name: 'led-test', required: true, script: options };
  const measured: Measurement[] = [];
  const running = runScript(check, {
    step: 'led',
    env,
    outputPath,
    onMeasurement: (measurement) => void measured.push(measurement),
    ...(signal && { signal }),
  });
  const ended = await running.catch((thrown: unknown) => thrown as RigError);
  return { measured, ended, output: await readFile(outputPath, 'utf8').catch(() => '') };
}

function errorOf({ ended }: ScriptRun): RigError {
  assert.ok(ended instanceof RigError, JSON.stringify(ended));
  return ended;
}

test('exit code 0 passes, is recorded, and the output is kept', async (t) => {
  const { measured, ended, output } = await run(t, '#!/bin/sh\necho "unit $RIG_MAC: $1"; echo loud >&2\n', {
    args: ['ok'],
    env: { RIG_MAC: '24:6f:28:aa:bb:cc' },
  });
  assert.deepEqual(ended, measured);
  assert.deepEqual(measured, [
    { name: 'led_test_exit_code', value: 0, unit: '', limits: { equals: 0 }, result: 'pass', step: 'led' },
  ]);
  assert.match(output, /^unit 24:6f:28:aa:bb:cc: ok$/m);
  assert.match(output, /^loud$/m);
});

test('another exit code is the failure of the unit, with the code and the last lines', async (t) => {
  const ended = await run(t, '#!/bin/sh\necho "LED 3 is dark"\nexit 4\n');
  const { code, blame, message } = errorOf(ended);
  assert.deepEqual([code, blame], ['CHECK_EXIT_CODE', 'dut']);
  assert.match(message, /check led-test: .*exit code 4; its last lines:\nLED 3 is dark$/);
  assert.deepEqual(
    ended.measured.map(({ value, result }) => [value, result]),
    [[4, 'fail']],
  );
  assert.equal(ended.output, 'LED 3 is dark\n');
});

test('a shell that finds nothing to run condemns the rig and not the unit', async (t) => {
  const { code, blame } = errorOf(await run(t, '#!/bin/sh\nexec no-such-program-here\n'));
  assert.deepEqual([code, blame], ['CHECK_EXIT_CODE', 'rig']);
});

test('a program that does not end is killed, and what it had said is kept', async (t) => {
  const ended = await run(t, '#!/bin/sh\necho "waiting for the lamp"\nexec sleep 600\n', { timeoutMs: 2000 });
  const { code, blame, message } = errorOf(ended);
  assert.deepEqual([code, blame], ['CHECK_TIMEOUT', 'dut']);
  assert.match(message, /did not end within 2 s and was killed; its last lines:\nwaiting for the lamp$/);
  assert.equal(ended.output, 'waiting for the lamp\n');
  assert.deepEqual(ended.measured, []);
});

test('a stopped attempt ends its program with the reason of the stop', async (t) => {
  const stop = new AbortController();
  const reason = new RigError('OVER_CURRENT', 'too much');
  const running = run(t, '#!/bin/sh\nsleep 600\n', { signal: stop.signal });
  stop.abort(reason);
  assert.equal((await running).ended, reason);
});

test('only what is asked for is measured of the output, and judged', async (t) => {
  const lux = { name: 'led_lux', pattern: '^lux=(?<value>\\d+) lx', unit: 'lx', type: 'number' as const };
  const script = '#!/bin/sh\nprintf "volts=3.1 V\\r\\nlux=55 lx\\r\\n"\n';
  const good = await run(t, script, { measure: [{ ...lux, limits: { min: 40 } }] });
  assert.deepEqual(
    good.measured.map(({ name, value, result }) => [name, value, result]),
    [
      ['led_test_exit_code', 0, 'pass'],
      ['led_lux', 55, 'pass'],
    ],
  );
  const dark = await run(t, script, { measure: [{ ...lux, limits: { min: 60 } }] });
  assert.equal(errorOf(dark).code, 'CHECK_LIMIT');
  assert.equal(dark.measured.length, 2);
  const missing = await run(t, script, { measure: [{ ...lux, pattern: '^(?<value>x)$' }] });
  assert.equal(errorOf(missing).code, 'CHECK_NOT_MEASURED');
});

test('a program that went away is an error of the rig', async (t) => {
  const gone = errorOf(await run(t, '#!/no/such/interpreter\n'));
  assert.deepEqual([gone.code, gone.blame], ['TOOL_MISSING', 'rig']);
});
