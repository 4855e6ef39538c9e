import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RigError } from '../../core/errors.js';
import type { Measurement } from '../../core/measurement.js';
import type { Check, CheckCommand, CheckMeasure } from '../../drivers/console/check.js';
import { awaitBoot } from '../../drivers/console/boot.js';
import { runCheck } from '../../drivers/console/run-check.js';
import { consoleOnPty, type ConsoleOnPty } from './console-rig.js';

const free: CheckMeasure = {
  name: 'heap_free',
  pattern: 'free (?<value>\\S+)',
  unit: 'bytes',
  type: 'number',
  limits: { min: 100_000 },
};
const largest: CheckMeasure = {
  name: 'heap_largest',
  pattern: 'largest (?<value>\\d+)',
  unit: 'bytes',
  type: 'number',
};
const mem: CheckCommand = {
  send: 'mem',
  expect: '^OK$',
  fail: '^ERROR',
  timeoutMs: 10_000,
  measure: [free, largest],
};
const good = 'mem: free 231904 largest 110580';

interface CheckRun {
  measured: Measurement[];
  /** What the check returned, or its error. */
  ended: Measurement[] | RigError;
}

/** Runs a check against a board that echoes each command and then says the next answer. */
async function runAgainst(
  t: TestContext,
  commands: CheckCommand[],
  answers: string[][],
  board?: ConsoleOnPty,
): Promise<CheckRun> {
  const { console, pty, say } = board ?? (await consoleOnPty(t));
  const check: Check = { name: 'memory', required: true, commands };
  const measured: Measurement[] = [];
  const onMeasurement = (measurement: Measurement) => void measured.push(measurement);
  const running = runCheck(check, { console, step: 'memory', onMeasurement });
  const ended = running.catch((error: unknown) => error as RigError);
  let heard = 0;
  for (const [index, answer] of answers.entries()) {
    const command = commands[index]?.send ?? '';
    if (command !== '') await pty.receive((heard += command.length + 1));
    await say(...(command === '' ? answer : [`> ${command}`, ...answer]));
  }
  return { measured, ended: await ended };
}

async function failureOf(t: TestContext, commands: CheckCommand[], answers: string[][]) {
  const { measured, ended } = await runAgainst(t, commands, answers);
  assert.ok(ended instanceof RigError, 'the check passed');
  return { measured, error: ended };
}

test('a good response yields every measurement, judged, with unit, limits and step', async (t) => {
  const { measured, ended } = await runAgainst(t, [mem], [[good, 'OK']]);
  const expected = [
    {
      name: 'heap_free',
      value: 231904,
      unit: 'bytes',
      result: 'pass',
      step: 'memory',
      limits: { min: 100_000 },
    },
    { name: 'heap_largest', value: 110580, unit: 'bytes', result: 'pass', step: 'memory' },
  ];
  assert.deepEqual(ended, expected);
  assert.deepEqual(measured, expected);
});

test('decimal, negative, hexadecimal and fractional numbers are read', async (t) => {
  for (const [text, value] of [
    ['-67', -67],
    ['0x1F40', 8000],
    ['-0x10', -16],
    ['3.301', 3.301],
    ['.5', 0.5],
    ['1e3', 1000],
  ] as const) {
    const { ended } = await runAgainst(
      t,
      [{ ...mem, measure: [{ ...free, limits: {} }] }],
      [[`free ${text}`, 'OK']],
    );
    assert.ok(!(ended instanceof RigError));
    assert.equal(ended[0]?.value, value);
  }
});

test('a value printed as nan fails and is kept as text', async (t) => {
  const { error, measured } = await failureOf(
    t,
    [{ ...mem, measure: [{ ...free, limits: {} }] }],
    [['free nan', 'OK']],
  );
  assert.equal(error.code, 'CHECK_LIMIT');
  assert.deepEqual([measured[0]?.value, measured[0]?.result], ['nan', 'fail']);
});

test('text is compared as text', async (t) => {
  const measure: CheckMeasure[] = [
    { name: 'radio', pattern: 'radio (?<value>.*)', unit: '', type: 'text', limits: { equals: 'on air' } },
  ];
  const { ended } = await runAgainst(t, [{ ...mem, measure }], [['radio on air', 'OK']]);
  assert.ok(!(ended instanceof RigError));
  const { error } = await failureOf(t, [{ ...mem, measure }], [['radio off', 'OK']]);
  assert.match(error.message, /^CHECK_LIMIT: check memory: radio = off \(limits = on air\)$/);
});

test('values outside their limits are all named, after all values were recorded', async (t) => {
  const sensor: CheckCommand = {
    send: 'sensor',
    expect: '^OK$',
    timeoutMs: 10_000,
    measure: [
      {
        name: 'temperature',
        pattern: 'T=(?<value>\\S+)',
        unit: '°C',
        type: 'number',
        limits: { min: 15, max: 35 },
      },
    ],
  };
  const { error, measured } = await failureOf(
    t,
    [mem, sensor],
    [
      ['free 9000 largest 800', 'OK'],
      ['T=-40.5', 'OK'],
    ],
  );
  assert.equal(
    error.message,
    'CHECK_LIMIT: check memory: heap_free = 9000 bytes (limits ≥ 100000 bytes), temperature = -40.5 °C (limits 15 … 35 °C)',
  );
  assert.deepEqual(
    measured.map(({ name, result }) => `${name} ${result}`),
    ['heap_free fail', 'heap_largest pass', 'temperature fail'],
  );
});

test('a pattern that finds nothing is the board file’s fault, and the other values are kept', async (t) => {
  const { error, measured } = await failureOf(t, [mem], [['free 231904', 'OK']]);
  assert.equal(error.code, 'CHECK_NOT_MEASURED');
  assert.equal(error.blame, 'config');
  assert.match(
    error.message,
    /heap_largest \(no match of \/largest \(\?<value>\\d\+\)\/ in ".*free 231904 ⏎ OK"\)/,
  );
  assert.equal(measured.length, 1);
  const words = await failureOf(t, [{ ...mem, measure: [free] }], [['free plenty', 'OK']]);
  assert.match(words.error.message, /CHECK_NOT_MEASURED: .*"plenty" is not a number/);
});

test('a value from before the command is not taken for its response', async (t) => {
  const board = await consoleOnPty(t);
  await board.say(good, 'OK');
  const { ended } = await runAgainst(t, [mem], [['free 150000 largest 7', 'OK']], board);
  assert.ok(!(ended instanceof RigError));
  assert.deepEqual(
    ended.map(({ value }) => value),
    [150000, 7],
  );
});

test('the board’s own word of failure ends the check and is quoted', async (t) => {
  const { error } = await failureOf(t, [mem], [['I heap', 'ERROR: no such command "mem"']]);
  assert.equal(
    error.message,
    'CHECK_RESPONSE: check memory, "mem": the board answered "ERROR: no such command "mem""',
  );
});

test('no response is CHECK_TIMEOUT and quotes the last lines', async (t) => {
  const board = await consoleOnPty(t);
  await board.say('I (500) idle');
  const { ended } = await runAgainst(t, [{ ...mem, timeoutMs: 20 }], [], board);
  assert.ok(ended instanceof RigError);
  assert.equal(
    ended.message,
    'CHECK_TIMEOUT: check memory, "mem": no response /^OK$/ within 0.02 s (the board said nothing); the last lines were:\nI (500) idle',
  );
});

test('a panic, a brown-out or a reset during the check is told as such', async (t) => {
  const crash = "Guru Meditation Error: Core  0 panic'ed (StoreProhibited). Exception was unhandled.";
  const panic = await failureOf(t, [mem], [[crash, 'PC      : 0x400d0042', 'OK']]);
  assert.match(panic.error.message, /^BOOT_PANIC: .*StoreProhibited at 0x400d0042/);
  const brownout = await failureOf(t, [mem], [['Brownout detector was triggered']]);
  assert.equal(brownout.error.code, 'BOOT_BROWNOUT');
  const reset = await failureOf(
    t,
    [mem],
    [['rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'OK']],
  );
  assert.match(reset.error.message, /^BOOT_RESET: .*TG1WDT_SYS_RESET/);
});

test('a crash between the boot and the check is noticed, although the board is up again', async (t) => {
  const board = await consoleOnPty(t);
  const expectation = { version: '^fw (?<version>\\S+)$', ready: '^ready$', timeoutMs: 10_000 };
  await board.say('fw 1.2.0', 'ready');
  await awaitBoot(board.console, expectation, { version: '1.2.0' });
  await board.say('abort() was called at PC 0x400d0007 on core 0', 'fw 1.2.0', 'ready');
  const { ended } = await runAgainst(t, [mem], [], board);
  assert.ok(ended instanceof RigError);
  assert.equal(ended.code, 'BOOT_PANIC');
  assert.equal(board.pty.received().length, 0, 'nothing is sent to a board that crashed');
});

test('a command without a line to send listens from the response before it', async (t) => {
  const start: CheckCommand = { send: 'scan', expect: '^started$', timeoutMs: 10_000, measure: [] };
  const count: CheckMeasure = {
    name: 'networks',
    pattern: '^(?<value>\\d+) found',
    unit: '',
    type: 'number',
  };
  const listen: CheckCommand = { expect: 'found$', timeoutMs: 10_000, measure: [count] };
  const { ended } = await runAgainst(t, [start, listen], [['started', '3 found']]);
  assert.ok(!(ended instanceof RigError));
  assert.equal(ended[0]?.value, 3);
});

test('the whole line that ends the response can be measured', async (t) => {
  const { ended } = await runAgainst(t, [{ ...mem, expect: '^mem:' }], [[good]]);
  assert.ok(!(ended instanceof RigError));
  assert.equal(ended.length, 2);
});

test('a broken pattern and a lost port are not the DUT’s', async (t) => {
  const broken = await runAgainst(t, [{ ...mem, expect: '(' }], []);
  assert.ok(broken.ended instanceof RigError);
  assert.match(broken.ended.message, /^CONFIG_INVALID: check memory: expect: Invalid regular expression/);
  const board = await consoleOnPty(t);
  const running = runAgainst(t, [{ ...mem, timeoutMs: 600_000 }], [], board);
  await board.pty.receive(4);
  board.pty.close();
  const { ended } = await running;
  assert.ok(ended instanceof RigError);
  assert.equal(ended.code, 'PORT_LOST');
});

test('an aborted check stops at once', async (t) => {
  const { console } = await consoleOnPty(t);
  const stop = new AbortController();
  const check: Check = { name: 'memory', required: true, commands: [{ ...mem, timeoutMs: 600_000 }] };
  const running = runCheck(check, { console, step: 'memory', signal: stop.signal });
  stop.abort();
  await assert.rejects(running, { code: 'ABORTED' });
});
