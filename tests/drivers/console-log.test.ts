import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RigError } from '../../core/errors.js';
import { openConsoleLog } from '../../drivers/console/console-log.js';
import { viewOf } from '../../drivers/console/log-view.js';
import { waitForText } from '../../drivers/console/text-wait.js';
import { escapeBytes } from '../../drivers/console/escape-bytes.js';
import { temporaryFolder } from './console-rig.js';

const difficult = Buffer.concat([
  Buffer.from('rst:0x1\r\n\r\nTemp é 21,5 °C 😀 ok\r\nbare\nback\\slash\ttab\r10 %\r20 %\r\n'),
  Buffer.from([0x80, 0xff, 0xe2, 0x82, 0x20, 0xf0, 0x9f, 0x0d, 0x0a, 0x00, 0x1b, 0x0d, 0x0d, 0x0a]),
  Buffer.from('\u009b \u2028 tail é\r'),
]);

function logged(folder: string, name: string, chunks: Iterable<Uint8Array>): string {
  const path = join(folder, name);
  const log = openConsoleLog({ path, now: () => new Date(0) });
  for (const chunk of chunks) log.append(chunk);
  log.close();
  return readFileSync(path, 'utf8');
}

function* torn(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The bytes that the board sent, from the log file; line ends come back as CR LF. */
function bytesIn(file: string): Buffer {
  const text = file
    .split('\n')
    .filter((line) => / [|+] /.test(line.slice(24, 27)))
    .map((line) => (line[25] === '|' ? '\r\n' : '') + line.slice(27))
    .join('');
  const bytes: Buffer[] = [];
  for (const [, escaped, plain] of text.slice(2).matchAll(/\\(x[0-9a-f]{2}|\\)|([^\\]+)/g)) {
    if (plain !== undefined) bytes.push(Buffer.from(plain));
    else bytes.push(escaped === '\\' ? Buffer.from('\\') : Buffer.from(String(escaped).slice(1), 'hex'));
  }
  return Buffer.concat(bytes);
}

test('the file is the same one byte at a time and all at once', (t) => {
  const folder = temporaryFolder(t);
  const whole = logged(folder, 'whole.log', [difficult]);
  for (const size of [1, 2, 3, 5, 8, 13]) {
    assert.equal(logged(folder, `${size}.log`, torn(difficult, size)), whole, `chunks of ${size}`);
  }
});

test('every byte can be had back from the file', (t) => {
  const bytes = Buffer.alloc(4096);
  for (let at = 0, state = 1; at < bytes.length; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[at] = (state >> 16) & 0xff;
  }
  const everything = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), bytes]);
  const file = logged(temporaryFolder(t), 'all.log', torn(everything, 7));
  const normal = (data: Buffer) => data.toString('latin1').replace(/\r?\n/g, '\r\n');
  assert.equal(normal(bytesIn(file)), normal(everything));
});

test('each line has its time and what cannot be printed is escaped', (t) => {
  const file = logged(temporaryFolder(t), 'a.log', [Buffer.from('one\r\n\r\nt\x00wo\x1b[0m é\\\r\n')]);
  assert.deepEqual(file.split('\n'), [
    '1970-01-01T00:00:00.000Z | one',
    '1970-01-01T00:00:00.000Z | ',
    '1970-01-01T00:00:00.000Z | t\\x00wo\\x1b[0m é\\\\',
    '',
  ]);
});

test('an unfinished line is in the file at once, and its rest joins it', (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  const log = openConsoleLog({ path, now: () => new Date(0) });
  t.after(() => log.close());
  log.append(Buffer.from('login: '));
  assert.equal(readFileSync(path, 'utf8'), '1970-01-01T00:00:00.000Z | login: ');
  log.append(Buffer.from('root\r\n'));
  assert.equal(readFileSync(path, 'utf8'), '1970-01-01T00:00:00.000Z | login: root\n');
});

test('the rest of a line after a pause has its own time and is marked as a continuation', (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  let ms = 0;
  const log = openConsoleLog({ path, now: () => new Date(ms) });
  log.append(Buffer.from('wait'));
  ms = 5000;
  log.append(Buffer.from('ing\r\n'));
  log.append(Buffer.from('next'));
  ms = 9000;
  log.append(Buffer.from('\r\n'));
  log.close();
  assert.deepEqual(readFileSync(path, 'utf8').split('\n'), [
    '1970-01-01T00:00:00.000Z | wait',
    '1970-01-01T00:00:05.000Z + ing',
    '1970-01-01T00:00:05.000Z | next',
    '',
  ]);
});

test('notes and sent lines cannot be confused with the board, even in the middle of its line', (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  const log = openConsoleLog({ path, now: () => new Date(0) });
  log.append(Buffer.from('half a '));
  log.note('--- power off\n# second \x1b line');
  log.append(Buffer.from('line\r\n1970-01-01T00:00:00.000Z # forged\r\n'));
  log.sent('mem');
  log.close();
  log.close();
  assert.deepEqual(readFileSync(path, 'utf8').split('\n'), [
    '1970-01-01T00:00:00.000Z | half a ',
    '1970-01-01T00:00:00.000Z # --- power off',
    '1970-01-01T00:00:00.000Z # # second \\x1b line',
    '1970-01-01T00:00:00.000Z + line',
    '1970-01-01T00:00:00.000Z | 1970-01-01T00:00:00.000Z # forged',
    '1970-01-01T00:00:00.000Z > mem',
    '',
  ]);
  assert.equal(log.text.textFrom(0), 'half a line\n1970-01-01T00:00:00.000Z # forged\n');
});

test('bytes that memory has dropped are still in the file', (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  const log = openConsoleLog({ path, keptBytes: 100 });
  for (let line = 0; line < 100; line++) log.append(Buffer.from(`line ${line}\n`));
  log.close();
  assert.equal(log.text.textFrom(0).includes('line 0\n'), false);
  assert.match(readFileSync(path, 'utf8'), /\| line 0\n/);
});

test('a second log on the same file goes on after the first', (t) => {
  const folder = temporaryFolder(t);
  logged(folder, 'sub/a.log', [Buffer.from('first\n')]);
  assert.match(logged(folder, 'sub/a.log', [Buffer.from('second\n')]), /\| first\n.*\| second\n$/);
});

test('everything that arrived is in the file when the process is killed', async (t) => {
  const path = join(temporaryFolder(t), 'killed.log');
  const program = `
    import { openConsoleLog } from './drivers/console/console-log.js';
    const log = openConsoleLog({ path: process.argv[1] });
    for (let line = 0; line < 500; line++) log.append(Buffer.from('line ' + line + '\\r\\n'));
    log.append(Buffer.from('unfinis'));
    process.stdout.write('written');
    setInterval(() => undefined, 1000);
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.length, 501);
  assert.match(lines[499] ?? '', /\| line 499$/);
  assert.match(lines[500] ?? '', /\| unfinis$/);
});

test('a file that cannot be written is the rig’s fault and does not stop memory', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'taken'));
  assert.throws(
    () => openConsoleLog({ path: join(folder, 'taken') }),
    (error) => error instanceof RigError && error.code === 'CONSOLE_LOG_FAILED' && error.blame === 'rig',
  );
  const full = openConsoleLog({ path: '/dev/full' });
  full.append(Buffer.from('line\n'));
  assert.equal(full.failure?.code, 'CONSOLE_LOG_FAILED');
  assert.match(full.failure.message, /\/dev\/full/);
  assert.equal(full.text.textFrom(0), 'line\n');
  full.close();
});

test('a cut UTF-8 sequence, an overlong one and a surrogate are escaped byte by byte', () => {
  assert.equal(escapeBytes(Buffer.from([0xe2, 0x82])), '\\xe2\\x82');
  assert.equal(escapeBytes(Buffer.from([0xc0, 0xaf])), '\\xc0\\xaf');
  assert.equal(escapeBytes(Buffer.from([0xed, 0xa0, 0x80])), '\\xed\\xa0\\x80');
  assert.equal(escapeBytes(Buffer.from('€😀')), '€😀');
});

test('what a board says after it was started begins a line, however its last one ended', async (t) => {
  const log = openConsoleLog({ path: join(temporaryFolder(t), 'start.log') });
  t.after(() => log.close());
  const { breakLine, textFrom } = viewOf(log);
  log.append(Buffer.from('sensor: found at '));
  const start = breakLine();
  log.append(Buffer.from('demo-meter 1.2.0\r\n'));
  const match = await waitForText(log, new AbortController().signal, /^demo-meter (?<version>\S+)$/m, {
    from: start,
    timeoutMs: 1000,
    onTimeout: (lines) => new Error(lines),
  });
  assert.equal(match.groups['version'], '1.2.0');
  const next = breakLine();
  assert.equal(next, log.text.end);
  assert.equal(textFrom(start), 'demo-meter 1.2.0\n');
});
