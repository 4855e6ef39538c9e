import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { commandLine, runTool } from '../../drivers/tool.js';

/** A tool that is a few lines of JavaScript. */
const script = (code: string, more: Partial<Parameters<typeof runTool>[0]> = {}) =>
  runTool({
    command: process.execPath,
    args: ['-e', code],
    timeoutMs: 20_000,
    install: 'apt-get install nodejs',
    ...more,
  });

/** False also for a zombie, which only waits for its new parent to collect it. */
const isAlive = (pid: number) => {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** A process that was sent SIGKILL runs nothing any more, but it may take the kernel a moment to take it away. */
const allDead = (pids: readonly number[]) =>
  pollUntil(async () => !pids.some(isAlive) || undefined, {
    timeoutMs: 2000,
    intervalMs: 5,
    onTimeout: () => new Error(`still alive: ${pids.filter(isAlive).join(', ')}`),
  });

/** A tool that starts a child which ignores SIGTERM, prints both ids and then sleeps. */
const stubbornFamily = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)"], { stdio: ['ignore', 'inherit', 'inherit'] });
  process.on('SIGTERM', () => {});
  console.log(process.pid);
  setInterval(() => {}, 1000);`;

test('output is kept and handed on line by line, which a carriage return or backspaces end too', async () => {
  const seen: string[] = [];
  const result = await script(
    `process.stdout.write('start\\n10 %\\r20 %\\r100 %\\r\\n4096 (6 %)\\b\\b\\b\\b8192 (12 %)\\n'); process.stderr.write('warning\\n'); process.stdout.write('no end')`,
    { onLine: (line) => seen.push(line) },
  );
  assert.equal(result.exitCode, 0);
  const inOrder = (lines: string[]) => lines.filter((line) => line !== 'warning');
  assert.deepEqual(inOrder(result.lines), [
    'start',
    '10 %',
    '20 %',
    '100 %',
    '4096 (6 %)',
    '8192 (12 %)',
    'no end',
  ]);
  assert.deepEqual(seen, result.lines);
  assert.ok(seen.includes('warning'));
  assert.match(result.output, /20 %\r100 %/);
});

test('a line is seen while the tool still runs', async () => {
  const stop = new AbortController();
  const running = script(`console.log('ready'); setInterval(() => {}, 1000)`, {
    signal: stop.signal,
    onLine: () => stop.abort(new RigError('FLASH_ABORTED', 'seen')),
  });
  await assert.rejects(running, /FLASH_ABORTED: seen/);
});

test('an exit code is a result, and a signal counts as in a shell', async () => {
  assert.equal((await script('process.exit(3)')).exitCode, 3);
  assert.equal((await script(`process.kill(process.pid, 'SIGKILL')`)).exitCode, 137);
});

test('only the end of a long output is kept', async () => {
  const { output, lines } = await script(`for (let i = 0; i < 60000; i++) console.log('line ' + i)`);
  assert.ok(output.length <= 256 * 1024);
  assert.equal(lines.length, 2000);
  assert.equal(lines.at(-1), 'line 59999');
});

test('a missing tool is named with the command that installs it', async () => {
  await assert.rejects(
    runTool({
      command: 'no-such-flasher',
      args: [],
      timeoutMs: 1000,
      install: 'pip install no-such-flasher',
    }),
    /^RigError: TOOL_MISSING: no-such-flasher .*install it with: pip install no-such-flasher$/,
  );
});

test('at the deadline the tool and all that it started are dead, and the message quotes command and last lines', async () => {
  const pids: number[] = [];
  const running = script(stubbornFamily, { timeoutMs: 1000, onLine: (line) => pids.push(Number(line)) });
  await assert.rejects(running, (error: Error) => {
    assert.match(
      error.message,
      /^TOOL_TIMEOUT: \S*node -e .* did not end within 1000 ms; its last lines:\n\d+\n\d+$/s,
    );
    return true;
  });
  assert.equal(pids.length, 2);
  await allDead(pids);
});

test('at the signal the whole group is dead within a second, also when it ignores SIGTERM', async () => {
  const stop = new AbortController();
  const pids: number[] = [];
  const running = script(stubbornFamily, {
    signal: stop.signal,
    onLine: (line) => {
      pids.push(Number(line));
      if (pids.length === 2) stop.abort();
    },
  });
  let abortedAt = 0;
  stop.signal.addEventListener('abort', () => (abortedAt = performance.now()));
  await assert.rejects(running, /ABORTED/);
  const tookMs = performance.now() - abortedAt;
  assert.ok(tookMs < 1000, `${tookMs} ms`);
  await allDead(pids);
});

test('a signal that is aborted already starts nothing that stays', async () => {
  await assert.rejects(script('setInterval(() => {}, 1000)', { signal: AbortSignal.abort() }), /ABORTED/);
});

test('a command line is quoted so that it can be typed', () => {
  assert.equal(
    commandLine('esptool', ['--port', '/dev/ttyUSB0', 'my file.bin']),
    'esptool --port /dev/ttyUSB0 "my file.bin"',
  );
});
