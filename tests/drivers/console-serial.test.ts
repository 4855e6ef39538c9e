import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RigError } from '../../core/errors.js';
import { openConsoleLog } from '../../drivers/console/console-log.js';
import { openSerialConsole } from '../../drivers/console/serial-console.js';
import { consoleOnPty, memoryLink, temporaryFolder } from './console-rig.js';

const patient = { timeoutMs: 10_000, onTimeout: (last: string) => new Error(`timed out:\n${last}`) };

test('a line of the board is found, with its groups and the position after it', async (t) => {
  const { console, send } = await consoleOnPty(t);
  const found = console.expectText(/version (?<version>\S+)(?<extra> rc\d)?/, patient);
  await send('boot\r\nversion 1.2.0\r\nmore\r\n');
  const match = await found;
  assert.equal(match.text, 'version 1.2.0');
  assert.deepEqual(match.groups, { version: '1.2.0' });
  await console.expectText(/more/, { ...patient, from: match.end });
  assert.equal(console.textFrom(match.end), '\nmore\n');
});

test('waiting never consumes: what came before the wait is found, twice', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say('ready', 'later');
  const first = await console.expectText(/ready/, patient);
  const second = await console.expectText(/ready/, patient);
  assert.deepEqual(first, second);
});

test('a match from a cursor on leaves out what was before it', async (t) => {
  const { console, say, send } = await consoleOnPty(t);
  await say('heap 1');
  const from = console.cursor();
  const found = console.expectText(/heap (?<value>\d+)/, { ...patient, from });
  await send('heap 2\r\n');
  assert.equal((await found).groups['value'], '2');
});

test('a prompt without a line end is found when the board has fallen quiet', async (t) => {
  const { console, send } = await consoleOnPty(t);
  const found = console.expectText(/^login: $/m, patient);
  await send('Linux\r\nlogin: ');
  assert.equal((await found).text, 'login: ');
});

test('the failure ends the wait when it comes first, and not when it comes after', async (t) => {
  const { console, say } = await consoleOnPty(t);
  const failure = { pattern: /E \(.*/, toError: (match: { text: string }) => new Error(match.text) };
  await say('I start', 'E (12) boot');
  const from = console.cursor();
  await say('done', 'E (99) late');
  await assert.rejects(console.expectText(/done/, { ...patient, unless: [failure] }), /E \(12\) boot/);
  assert.equal((await console.expectText(/done/, { ...patient, from, unless: [failure] })).text, 'done');
});

test('a timeout quotes the last lines', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say('first', 'last words');
  const onTimeout = (lastLines: string) => new RigError('BOOT_TIMEOUT', `never; last lines:\n${lastLines}`);
  await assert.rejects(console.expectText(/never/, { timeoutMs: 20, onTimeout }), /first\nlast words$/);
});

test('at the deadline even an unfinished line is looked at once more', async (t) => {
  const link = memoryLink();
  const console = await openSerialConsole({ link, logFile: join(temporaryFolder(t), 'a.log') });
  link.deliver(Buffer.from('> '));
  assert.equal((await console.expectText(/> /, { ...patient, timeoutMs: 1 })).text, '> ');
  await console.close();
});

test('an aborted wait rejects with the reason', async (t) => {
  const { console } = await consoleOnPty(t);
  const stop = new AbortController();
  const waiting = console.expectText(/never/, { ...patient, signal: stop.signal });
  stop.abort(new RigError('ABORTED', 'stopped by the operator'));
  await assert.rejects(waiting, /ABORTED: stopped by the operator/);
});

test('a port that goes away rejects every wait at once with PORT_LOST, now and later', async (t) => {
  const { console, pty, say } = await consoleOnPty(t);
  await say('alive');
  const never = { timeoutMs: 600_000, onTimeout: () => new Error('timed out') };
  const waiting = [console.expectText(/never/, never), console.expectText(/nor this/, never)];
  pty.close();
  for (const wait of waiting) await assert.rejects(wait, { code: 'PORT_LOST' });
  await assert.rejects(console.expectText(/never/, never), { code: 'PORT_LOST' });
  await assert.rejects(console.sendLine('hello'), { code: 'PORT_LOST' });
  assert.equal((await console.expectText(/alive/, never)).text, 'alive');
});

test('what the board said before the port was lost still decides', async (t) => {
  const link = memoryLink();
  const console = await openSerialConsole({ link, logFile: join(temporaryFolder(t), 'a.log') });
  const waiting = console.expectText(/panic/, patient);
  link.deliver(Buffer.from('kernel panic'));
  link.lose();
  assert.equal((await waiting).text, 'panic');
});

test('closing twice is harmless and ends open waits', async (t) => {
  const { console } = await consoleOnPty(t);
  const waiting = console.expectText(/never/, patient);
  const ended = assert.rejects(waiting, /PORT_LOST: the console on .* was closed/);
  await Promise.all([console.close(), console.close()]);
  await ended;
});

test('a sent line reaches the board with a line end and stands in the log as the rig’s', async (t) => {
  const { console, pty, logFile, say } = await consoleOnPty(t);
  await console.sendLine('wifi scan');
  assert.equal((await pty.receive(10)).toString(), 'wifi scan\n');
  await say('3 networks');
  console.note('--- power off');
  await console.close();
  const lines = readFileSync(logFile, 'utf8')
    .split('\n')
    .map((line) => line.slice(25));
  assert.deepEqual(lines.slice(1), [
    '> wifi scan',
    '| 3 networks',
    '# --- power off',
    '# --- console closed',
    '',
  ]);
  assert.match(lines[0] ?? '', /^# --- console open: \/dev\/pts\/\d+ at 115200 baud$/);
});

test('a port that does not exist is refused and the log says so', async (t) => {
  const logFile = join(temporaryFolder(t), 'a.log');
  const link = { path: '/dev/serial/by-path/none', baudRate: 115200 };
  await assert.rejects(openSerialConsole({ link, logFile }), { code: 'PORT_NOT_FOUND' });
  assert.match(readFileSync(logFile, 'utf8'), /# --- console not opened: PORT_NOT_FOUND/);
});

test('two consoles on one shared log see what either heard', async (t) => {
  const log = openConsoleLog({ path: join(temporaryFolder(t), 'a.log') });
  const link = memoryLink();
  const first = await openSerialConsole({ link, log });
  link.deliver(Buffer.from('from the first\n'));
  await first.close();
  link.deliver(Buffer.from('unheard\n'));
  const second = await openSerialConsole({ link, log });
  link.deliver(Buffer.from('from the second\n'));
  await second.expectText(/first[^]*second/, patient);
  assert.equal(second.textFrom(0), 'from the first\nfrom the second\n');
  await second.close();
  log.close();
});

test('a log that cannot be written ends waits with CONSOLE_LOG_FAILED', async () => {
  const link = memoryLink();
  const log = openConsoleLog({ path: '/dev/full' });
  const console = await openSerialConsole({ link, log });
  await assert.rejects(console.expectText(/never/, patient), { code: 'CONSOLE_LOG_FAILED' });
  await assert.rejects(console.sendLine('x'), { code: 'CONSOLE_LOG_FAILED' });
  await console.close();
  log.close();
});

test('a response is the same in every chunking', async (t) => {
  const folder = temporaryFolder(t);
  const bytes = Buffer.from('I boot\r\nTemp: 21,5 °C\r\nheap 231904 free\r\nE late\r\n');
  const unless = [{ pattern: /E .*/, toError: () => new Error('too late') }];
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const link = memoryLink();
    const console = await openSerialConsole({ link, logFile: join(folder, `${size}.log`) });
    const waiting = console.expectText(/°C\nheap (?<value>\d+)/, { ...patient, unless });
    for (let at = 0; at < bytes.length; at += size) link.deliver(bytes.subarray(at, at + size));
    const match = await waiting;
    assert.equal(match.groups['value'], '231904');
    assert.equal(match.end, bytes.indexOf(' free'));
    await console.close();
  }
});
