import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RigError } from '../../../core/errors.js';
import type { Try } from '../../../drivers/flash/recovery/retrying.js';
import type { RecoveryPolicy } from '../../../drivers/flash/recovery/policy.js';
import { nextBaudRate, pauseMs } from '../../../drivers/flash/recovery/policy.js';
import { retrying, type RetryingOptions, type TryHow } from '../../../drivers/flash/recovery/retrying.js';

const policy: RecoveryPolicy = {
  attempts: 3,
  firstDelayMs: 1,
  factor: 2,
  maxDelayMs: 4,
  jitter: 0,
  powerCycle: true,
  baudRates: [460_800, 115_200],
};

/** Options, what was done with them in order, and an attempt that fails with these codes in turn and then succeeds. */
function scene(
  codes: readonly ConstructorParameters<typeof RigError>[0][],
  more: Partial<RetryingOptions> = {},
) {
  const did: string[] = [];
  const seen: Try[] = [];
  const options: RetryingOptions = {
    policy,
    driver: 'esptool-js',
    baudRate: 921_600,
    random: () => 0,
    powerCycle: async () => void did.push('power cycle'),
    onTry: (flashTry) => seen.push(flashTry),
    ...more,
  };
  let index = 0;
  const attempt = async ({ driver, baudRate }: TryHow) => {
    did.push(`${driver} at ${baudRate}`);
    const code = codes[index++];
    if (code) throw new RigError(code, 'no');
    return 'done';
  };
  return { did, seen, run: () => retrying(options, attempt) };
}

async function failure(work: Promise<unknown>): Promise<RigError> {
  const error = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof RigError, String(error));
  return error;
}

const short = (tries: readonly Try[]) =>
  tries.map(({ driver, baudRate, attempt, code }) => [driver, baudRate, attempt, code]);

test('what succeeds at once is tried once, without touching the power', async () => {
  const { did, run } = scene([]);
  const { result, tries } = await run();
  assert.equal(result, 'done');
  assert.deepEqual(did, ['esptool-js at 921600']);
  assert.deepEqual(short(tries), [['esptool-js', 921_600, 1, undefined]]);
  assert.ok(!('code' in (tries[0] ?? {})));
});

test('each further try has the power cut before it and a lower rate, until there is none lower', async () => {
  const { did, seen, run } = scene(['FLASH_STALLED', 'FLASH_VERIFY_MISMATCH', 'DUT_SILENT'], {
    policy: { ...policy, attempts: 4 },
  });
  const { tries } = await run();
  assert.deepEqual(did, [
    'esptool-js at 921600',
    'power cycle',
    'esptool-js at 460800',
    'power cycle',
    'esptool-js at 115200',
    'power cycle',
    'esptool-js at 115200',
  ]);
  assert.deepEqual(seen, tries);
  assert.deepEqual(
    tries.map(({ code }) => code),
    ['FLASH_STALLED', 'FLASH_VERIFY_MISMATCH', 'DUT_SILENT', undefined],
  );
});

test('the power is left alone where the policy says so', async () => {
  const { did, run } = scene(['FLASH_STALLED'], { policy: { ...policy, powerCycle: false, baudRates: [] } });
  await run();
  assert.deepEqual(did, ['esptool-js at 921600', 'esptool-js at 921600']);
});

test('the fallback goes on where the first driver ended, for a number of tries of its own', async () => {
  const { run } = scene(['FLASH_STALLED', 'FLASH_STALLED', 'FLASH_STALLED', 'DUT_SILENT', 'PORT_LOST'], {
    fallback: { driver: 'esptool', attempts: 2 },
  });
  const error = await failure(run());
  assert.equal(error.message, 'PORT_LOST: no');
  assert.deepEqual(short(error.details['tries'] as Try[]), [
    ['esptool-js', 921_600, 1, 'FLASH_STALLED'],
    ['esptool-js', 460_800, 2, 'FLASH_STALLED'],
    ['esptool-js', 115_200, 3, 'FLASH_STALLED'],
    ['esptool', 115_200, 1, 'DUT_SILENT'],
    ['esptool', 115_200, 2, 'PORT_LOST'],
  ]);
});

for (const [what, code] of [
  ['cannot get better by trying again', 'WRONG_CHIP'],
  ['an operator asked for', 'FLASH_ABORTED'],
] as const) {
  test(`an error that ${what} ends it, and the try is in its details`, async () => {
    const { did, run } = scene([code], { fallback: { driver: 'esptool', attempts: 1 } });
    const error = await failure(run());
    assert.equal(error.code, code);
    assert.deepEqual(did, ['esptool-js at 921600']);
    assert.deepEqual(short(error.details['tries'] as Try[]), [['esptool-js', 921_600, 1, code]]);
  });
}

test('what is no error of the rig’s own is not tried again', async () => {
  const work = retrying(
    { policy, driver: 'uf2', baudRate: 115_200, random: () => 0, powerCycle: async () => undefined },
    () => Promise.reject(new TypeError('a defect')),
  );
  const error = await failure(work);
  assert.equal(error.message, 'INTERNAL_ERROR: a defect');
  assert.equal((error.details['tries'] as Try[]).length, 1);
});

test('a fallback that cannot be tried does not hide what the first driver found out', async () => {
  const more = { policy: { ...policy, attempts: 1 }, fallback: { driver: 'esptool' as const, attempts: 2 } };
  const { run, seen } = scene(['FLASH_VERIFY_MISMATCH', 'TOOL_MISSING'], more);
  const error = await failure(run());
  assert.deepEqual([error.code, error.blame], ['FLASH_VERIFY_MISMATCH', 'dut']);
  assert.match(error.message, /the fallback esptool could not be tried: TOOL_MISSING/);
  assert.deepEqual(
    seen.map(({ code }) => code),
    ['FLASH_VERIFY_MISMATCH', 'TOOL_MISSING'],
  );
  assert.deepEqual(error.details['tries'], seen);
});

test('what the fallback finds out about the board counts', async () => {
  const more = { policy: { ...policy, attempts: 1 }, fallback: { driver: 'esptool' as const, attempts: 1 } };
  const error = await failure(scene(['FLASH_STALLED', 'FLASH_VERIFY_MISMATCH'], more).run());
  assert.equal(error.code, 'FLASH_VERIFY_MISMATCH');
});

test('a signal ends the pause at once, with its own reason and the tries so far', async () => {
  const stop = new AbortController();
  const { run } = scene(['FLASH_STALLED'], {
    policy: { ...policy, firstDelayMs: 600_000, maxDelayMs: 600_000 },
    signal: stop.signal,
    onTry: () => setImmediate(() => stop.abort(new RigError('STEP_TIMEOUT', 'too long'))),
  });
  const error = await failure(run());
  assert.equal(error.message, 'STEP_TIMEOUT: too long');
  assert.equal((error.details['tries'] as Try[]).length, 1);
});

test('a try during which the signal aborted is the last', async () => {
  const stop = new AbortController();
  const { did, run } = scene(['FLASH_STALLED'], { signal: stop.signal, onTry: () => stop.abort() });
  assert.equal((await failure(run())).code, 'FLASH_STALLED');
  assert.equal(did.length, 1);
});

test('power that cannot be cut is the error, with the tries before it', async () => {
  const { did, run } = scene(['FLASH_STALLED'], {
    powerCycle: () => Promise.reject(new RigError('RAIL_NOT_FALLEN', 'still 4.9 V')),
  });
  const error = await failure(run());
  assert.equal(error.code, 'RAIL_NOT_FALLEN');
  assert.deepEqual(did, ['esptool-js at 921600']);
  assert.equal((error.details['tries'] as Try[]).length, 1);
});

test('pauses grow by the factor up to the longest', () => {
  const slow = { ...policy, firstDelayMs: 500, factor: 3, maxDelayMs: 10_000 };
  assert.deepEqual(
    [1, 2, 3, 4, 50].map((retry) => pauseMs(slow, retry, () => 0.7)),
    [500, 1500, 4500, 10_000, 10_000],
  );
});

test('the share left to chance shortens a pause, the same for the same chance', () => {
  const jittery = { ...policy, firstDelayMs: 1000, maxDelayMs: 10_000, jitter: 0.4 };
  assert.equal(
    pauseMs(jittery, 1, () => 0),
    1000,
  );
  assert.equal(
    pauseMs(jittery, 1, () => 0.5),
    800,
  );
  assert.equal(
    pauseMs({ ...jittery, jitter: 1 }, 2, () => 0.75),
    500,
  );
});

test('the next rate is the highest one that is lower, in whatever order they are listed', () => {
  const mixed = { ...policy, baudRates: [115_200, 1_500_000, 460_800] };
  assert.equal(nextBaudRate(mixed, 921_600), 460_800);
  assert.equal(nextBaudRate(mixed, 460_800), 115_200);
  assert.equal(nextBaudRate(mixed, 115_200), 115_200);
});

test('a write that hung is not reported as the silence that came after it', async () => {
  const { run } = scene(['FLASH_STALLED', 'DUT_SILENT', 'DUT_SILENT']);
  const error = await failure(run());
  assert.equal(error.code, 'FLASH_STALLED');
  assert.equal((error.details['tries'] as Try[]).length, 3);
  const { run: silent } = scene(['DUT_SILENT', 'FLASH_VERIFY_MISMATCH', 'FLASH_STALLED']);
  assert.equal((await failure(silent())).code, 'FLASH_STALLED');
});
