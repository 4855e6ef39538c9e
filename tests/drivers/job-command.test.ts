import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { Measurement } from '../../core/measurement.js';
import { openOutputFile } from '../../drivers/job/output-file.js';
import { createOutputLines } from '../../drivers/job/output-lines.js';
import { runJobCommand, type JobCommand } from '../../drivers/job/run-job-command.js';
import { logInBySsh, sshPlace } from '../../drivers/network/ssh-login.js';
import { temporaryFolder } from './console-rig.js';
import { failureOf } from './flash-rig.js';
import { poweredDevice } from './network-console-rig.js';

interface JobRig {
  run(command: Partial<JobCommand>, signal?: AbortSignal): Promise<void>;
  /** Of a file of the command `step`. */
  text(name: string): string;
  /** 0 where there is none. */
  size(name: string): number;
  files(): string[];
  taken: Measurement[];
  loseDevice(): Promise<void>;
}

async function jobRig(t: TestContext, lines: 'power'[] = []): Promise<JobRig> {
  const { address, stand } = await poweredDevice(t, { chip: 'linux', lines });
  const { client } = await logInBySsh(address, { timeoutMs: 10_000 });
  t.after(() => client.destroy());
  const folder = join(temporaryFolder(t), 'output/SN-1');
  const taken: Measurement[] = [];
  return {
    taken,
    run: (command, signal) =>
      runJobCommand(
        { name: 'step', run: 'true', timeoutMs: 5000, ...command },
        {
          ...{ client, where: sshPlace(address), outputPath: join(folder, '01-step'), step: 'commands' },
          ...(signal && { signal }),
          onMeasurement: (measurement) => taken.push(measurement),
        },
      ),
    text: (name) => readFileSync(join(folder, name), 'utf8'),
    size: (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
    files: () => readdirSync(folder),
    loseDevice: () => stand.power.off(),
  };
}

describe('a command of a job', { concurrency: 2 }, () => {
  test('leaves what it printed in a file, and its exit code and its match as measurements', async (t) => {
    const { run, text, taken, files } = await jobRig(t);
    await run({ name: 'os-release', run: 'cat /etc/os-release', expected: '^VERSION_ID=1\\.\\d+\\.0$' });
    assert.match(text('01-step.txt'), /^NAME="Gateway OS"\nID=gateway\nVERSION_ID=1\.0\.0\n/);
    assert.deepEqual(files(), ['01-step.txt']);
    const common = { unit: '', result: 'pass', step: 'commands' };
    assert.deepEqual(taken, [
      { name: 'os_release_exit_code', value: 0, limits: { equals: 0 }, ...common },
      { name: 'os_release_expected', value: true, limits: { equals: true }, ...common },
    ]);
  });

  test('fails by its exit code, with its last words and its error output in a file of its own', async (t) => {
    const { run, text, taken, files } = await jobRig(t);
    const { error } = await failureOf(run({ run: 'cat /etc/missing', expected: 'No such' }));
    assert.match(
      error.message,
      /^JOB_COMMAND_FAILED: "cat \/etc\/missing" ended with exit code 1; it printed/,
    );
    assert.match(error.message, /last:\ncat: can't open '\/etc\/missing': No such file or directory$/);
    assert.deepEqual(files().sort(), ['01-step.stderr.txt', '01-step.txt']);
    assert.equal(text('01-step.txt'), '');
    assert.match(text('01-step.stderr.txt'), /^cat: .*\n$/);
    assert.deepEqual(
      taken.map(({ name, value, result }) => [name, value, result]),
      [
        ['step_exit_code', 1, 'fail'],
        ['step_expected', true, 'pass'],
      ],
    );
    const unknown = await failureOf(run({ run: 'frobnicate --all' }));
    assert.match(
      unknown.error.message,
      /^JOB_COMMAND_FAILED: .* exit code 127; .*\nsh: frobnicate: not found$/,
    );
  });

  test('fails when no single line matches what is expected', async (t) => {
    const { run, taken } = await jobRig(t);
    await run({ run: 'seq 20', expected: '^20$' });
    const { error } = await failureOf(run({ run: 'seq 2', expected: '1.*2' }));
    assert.match(
      error.message,
      /^JOB_OUTPUT_MISSING: "seq 2" printed no line like \/1\.\*2\/; .*last:\n1\n2$/,
    );
    assert.deepEqual(taken.at(-1)?.value, false);
    const broken = await failureOf(run({ expected: '(' }));
    assert.match(broken.error.message, /^CONFIG_INVALID: expected of the command step: /);
  });

  test('that hangs is given up at its deadline, and the next one runs', async (t) => {
    const { run, files } = await jobRig(t);
    const { error } = await failureOf(run({ run: 'sleep 3600', timeoutMs: 200 }));
    assert.match(error.message, /^JOB_TIMEOUT: "sleep 3600" did not end within 0\.2 s; it printed nothing$/);
    assert.deepEqual(files(), ['01-step.txt']);
    await run({ run: 'echo next', expected: '^next$' });
  });

  test('may print a megabyte, and nothing of it is lost', async (t) => {
    const { run, text } = await jobRig(t);
    const count = 170_000;
    await run({ run: `seq ${count}`, timeoutMs: 20_000, expected: `^${count}$` });
    const expected = Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
    assert.ok(expected.length > 2 ** 20);
    assert.equal(text('01-step.txt'), expected);
  });

  test('keeps what it had printed when its device goes away, and says so', async (t) => {
    const { run, text, size, files, loseDevice } = await jobRig(t, ['power']);
    const lost = failureOf(run({ run: 'seq 100000000', timeoutMs: 20_000 }));
    await pollUntil(async () => (size('01-step.txt.part') > 1000 ? true : undefined), {
      ...{ timeoutMs: 5000, intervalMs: 5, onTimeout: () => new Error('nothing was printed') },
    });
    await loseDevice();
    const { error } = await lost;
    assert.match(
      error.message,
      /^CONNECTION_LOST: the connection to 127\..* while "seq 100000000" was running/,
    );
    assert.deepEqual(files(), ['01-step.txt']);
    assert.match(text('01-step.txt'), /^1\n2\n3\n/);
  });

  test('ends at once when its run is stopped', async (t) => {
    const { run } = await jobRig(t);
    const stop = new AbortController();
    const stopped = failureOf(run({ run: 'sleep 3600' }, stop.signal));
    stop.abort(new Error('stopped by the operator'));
    assert.match((await stopped).error.message, /stopped by the operator/);
    await run({ run: 'true' });
  });
});

describe('what a command prints', () => {
  test('is on disk while it is printed, and has its name when it is whole', async (t) => {
    const path = join(temporaryFolder(t), 'output/unit-0001/01-step.txt');
    const file = await openOutputFile(path);
    void file.write(Buffer.from('first\n'));
    await file.write(Buffer.from('second\n'));
    assert.ok(!existsSync(path));
    assert.equal(readFileSync(`${path}.part`, 'utf8'), 'first\nsecond\n');
    await file.finish();
    await file.finish();
    await file.write(Buffer.from('too late\n'));
    assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\n');
    assert.ok(!existsSync(`${path}.part`));
  });

  test('that cannot be kept is a failure of the rig', async (t) => {
    const path = join(temporaryFolder(t), '01-step.txt');
    mkdirSync(`${path}.part`);
    const { error } = await failureOf(openOutputFile(path));
    assert.match(error.message, /^DISK_WRITE_FAILED: .*01-step\.txt\.part: .*EISDIR/);
  });

  test('is told line by line, however it is cut', () => {
    const heard: string[] = [];
    const lines = createOutputLines((line) => heard.push(line));
    const text = Buffer.from('grün\r\n\nzwei\nrest');
    for (const byte of text) lines.push(Buffer.of(byte));
    lines.end();
    lines.end();
    assert.deepEqual(heard, ['grün', '', 'zwei', 'rest']);
    const endless: string[] = [];
    const long = createOutputLines((line) => endless.push(line));
    long.push(Buffer.alloc(200_000, 0x61));
    long.end();
    assert.equal(endless.join('').length, 200_000);
    assert.ok(endless.every(({ length }) => length <= 64 * 1024));
  });
});
