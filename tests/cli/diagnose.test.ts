import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openConsoleFile } from '../../drivers/console/console-file.js';
import { recordedLogs } from '../drivers/diagnosis-logs.js';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rig-diagnose-'));
  for (const { name, text } of recordedLogs) writeFileSync(join(folder, `${name}.log`), text);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function diagnose(args: string[], input = '') {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'diagnose', ...args], {
    input,
    encoding: 'utf8',
  });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

const fileOf = (name: string) => join(folder, `${name}.log`);

test('prints label, code, the deciding line with its number and the remedy', () => {
  const { code, out } = diagnose([fileOf('log016')]);
  assert.equal(code, 1);
  assert.match(out, /log016\.log: panic {2}BOOT_PANIC\n/);
  assert.match(out, /\n {2}line 14: Guru Meditation Error: Core {2}0 panic'ed \(StoreProhibited\)/);
  assert.match(out, /\(StoreProhibited, at 0x401450d6\)\n {2}remedy: Read the panic/);
});

test('prints one JSON object a log, each on its own line, with the label that the log has', () => {
  const { code, out } = diagnose(['--json', ...recordedLogs.map(({ name }) => fileOf(name))]);
  const objects = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(code, 1);
  assert.equal(objects.length, recordedLogs.length);
  const right = objects.filter(({ label }, index) => label === recordedLogs[index]?.label);
  assert.ok(right.length >= 40, `${right.length} of ${recordedLogs.length}`);
  const {
    file,
    label,
    code: errorCode,
    line,
    reason,
    cause,
  } = objects[recordedLogs.findIndex(({ name }) => name === 'log048')] ?? {};
  assert.deepEqual(
    [file, label, errorCode, reason, cause],
    [fileOf('log048'), 'wifi_fail', 'WIFI_FAILED', 201, 'NO_AP_FOUND'],
  );
  assert.match(String(line), /Reason: 201/);
});

test('ends with 0 when all logs are good', () => {
  const { code, out } = diagnose([fileOf('log001'), fileOf('log082')]);
  assert.equal(code, 0, out);
  assert.match(out, /log001\.log: good {2}OK\n/);
});

test('reads standard input', () => {
  const { code, out } = diagnose(
    ['-', '--json'],
    'ets Jun  8 2016\n\x1b[0;31mBrownout detector was triggered\x1b[0m\r\n',
  );
  assert.equal(code, 1);
  const { file, label, line, lineNumber } = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual([file, label, line, lineNumber], ['-', 'brownout', 'Brownout detector was triggered', 2]);
});

test('ends with 2 for a file that cannot be read, after the others', () => {
  const { code, out, error } = diagnose([join(folder, 'none.log'), folder, fileOf('log001')]);
  assert.equal(code, 2);
  assert.match(error, /^LOG_UNREADABLE: cannot read .*none\.log: ENOENT/);
  assert.match(error, /\nLOG_UNREADABLE: cannot read .*EISDIR/);
  assert.match(out, /log001\.log: good/);
});

test('reads the rig’s own console logs', () => {
  const path = join(folder, 'slot1-1.log');
  const file = openConsoleFile(path, () => new Date(0));
  file.note('--- console open: /dev/ttyUSB0 at 115200 baud');
  file.board(
    Buffer.from('\x1b[0;32mI (300) main: hello\x1b[0m\r\nabort() was called at PC 0x400d4321 on core 0\r\n'),
  );
  file.close();
  const { out } = diagnose([path]);
  assert.match(
    out,
    /slot1-1\.log: panic {2}BOOT_PANIC\n {2}line 3: abort\(\) was called at PC 0x400d4321 on core 0\n/,
  );
});

test('a stricter proof is asked for by name', () => {
  assert.equal(diagnose(['--proof', 'app', fileOf('log003')]).code, 1);
  assert.match(diagnose(['--proof', 'sound', fileOf('log003')]).error, /bootloader, handover, output, app/);
});
