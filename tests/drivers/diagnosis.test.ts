import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openConsoleFile } from '../../drivers/console/console-file.js';
import { classify, createClassifier, type Verdict } from '../../drivers/console/diagnosis/classifier.js';
import { codeOfLabel } from '../../drivers/console/diagnosis/labels.js';
import { precedence } from '../../drivers/console/diagnosis/precedence.js';
import { signatureTable } from '../../drivers/console/diagnosis/signature-table.js';
import { temporaryFolder } from './console-rig.js';
import { labelledLogs, recordedLogs } from './diagnosis-logs.js';
import { randomFrom } from './seeded-random.js';

function torn(text: string, sizeOf: () => number): Verdict {
  const bytes = Buffer.from(text);
  const classifier = createClassifier();
  for (let at = 0; at < bytes.length;) {
    const end = at + sizeOf();
    classifier.push(bytes.subarray(at, end));
    at = end;
  }
  return classifier.verdict();
}

test('no recorded log of a bad board is called good, and at most two have another label', () => {
  const wrong = recordedLogs.filter(({ label, text }) => classify(text).label !== label);
  const called = recordedLogs.filter(
    ({ label, text }) => label !== 'good' && classify(text).label === 'good',
  );
  assert.equal(recordedLogs.length, 42);
  assert.deepEqual(called, []);
  assert.ok(wrong.length <= 2, wrong.map(({ name }) => name).join(', '));
});

for (const { name, label, text } of labelledLogs) {
  test(`${name}`, () => {
    const verdict = classify(text);
    assert.equal(verdict.label, label, `line ${verdict.lineNumber} "${verdict.line}": ${verdict.means}`);
    assert.equal(verdict.code, codeOfLabel(label));
    const lines = text.split('\n');
    if (verdict.lineNumber > 0 && !name.includes('garbage'))
      assert.ok(lines[verdict.lineNumber - 1]?.includes(verdict.line.trim()));
  });
}

test('the verdict does not depend on how the bytes were torn', () => {
  const random = randomFrom(7);
  for (const { name, text } of [...recordedLogs, ...labelledLogs]) {
    for (const ends of [text, text.replaceAll('\n', '\r\n')]) {
      const whole = classify(ends);
      assert.deepEqual(
        torn(ends, () => 1),
        whole,
        `${name}, byte by byte`,
      );
      for (const longest of [3, 17, 400])
        assert.deepEqual(
          torn(ends, () => 1 + Math.floor(random() * longest)),
          whole,
          `${name}, chunks`,
        );
    }
  }
});

test('asking in between changes nothing', () => {
  for (const { name, text } of recordedLogs) {
    const classifier = createClassifier();
    for (const byte of Buffer.from(text)) {
      classifier.push(Buffer.from([byte]));
      if (byte === 0x2c || byte === 0x0a) classifier.verdict();
    }
    assert.deepEqual(classifier.verdict(), classify(text), name);
  }
});

/** What terminals, monitors and copying make of a log. */
const garbage = Buffer.from([0x8c, 0xc2, 0x00, 0x12, 0xff, 0x7e, 0xe2, 0x82, 0x1b, 0x0a]).toString('latin1');
const dressings: Record<string, (text: string) => string> = {
  'CR LF': (text) => text.replaceAll('\n', '\r\n'),
  'CR CR LF': (text) => text.replaceAll('\n', '\r\r\n'),
  'CR alone': (text) => text.replaceAll('\n', '\r'),
  colours: (text) => eachLine(text, (line) => `\x1b[0;32m${line}\x1b[0m`),
  'colours that lost their escape': (text) => eachLine(text, (line) => `[0;33m${line}[0m`),
  'a monitor with milliseconds': (text) => eachLine(text, (line, time) => `[${time}.789] ${line}`),
  'the Arduino monitor': (text) => eachLine(text, (line, time) => `${time}.012 -> ${line}`),
  'the PlatformIO monitor': (text) => eachLine(text, (line, time) => `${time}.012 > ${line}`),
  'a monitor with dates': (text) => eachLine(text, (line, time) => `[2026-02-03 ${time}] ${line}`),
  'a monitor with ISO time': (text) => eachLine(text, (line, time) => `2026-02-03T${time}.123Z ${line}`),
  'a monitor with seconds': (text) => eachLine(text, (line, time) => `[${time}]${line}`),
  'garbage before it': (text) => garbage + text,
  'blank lines': (text) => text.replaceAll('\n', '\n\n'),
  'blanks at the line ends': (text) => text.replaceAll('\n', '  \n'),
};

function eachLine(text: string, dress: (line: string, time: string) => string): string {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const dressed = lines.map((line, second) => dress(line, `12:00:${String(second % 60).padStart(2, '0')}`));
  return [...dressed, last === '' ? '' : dress(last, '12:01:00')].join('\n');
}

for (const [name, dress] of Object.entries(dressings)) {
  test(`${name} does not change what a log shows`, () => {
    for (const { name: log, label, text } of [...recordedLogs, ...labelledLogs]) {
      const verdict = classify(dress(text));
      assert.equal(verdict.label, label, `${log}: line ${verdict.lineNumber} "${verdict.line}"`);
    }
  });
}

test('line numbers are those of the file, whatever ends its lines', () => {
  const log = 'one\n\nBrownout detector was triggered\nfour\n';
  for (const end of ['\n', '\r\n', '\r', '\r\r\n'])
    if (end !== '\r') assert.equal(classify(log.replaceAll('\n', end)).lineNumber, 3, JSON.stringify(end));
});

test('the rig’s own console log is read as what the board said', (t) => {
  for (const { name, label, text } of [...recordedLogs, ...labelledLogs]) {
    const path = `${temporaryFolder(t)}/slot1-1.log`;
    let now = Date.parse('2026-01-01T00:00:00Z');
    const file = openConsoleFile(path, () => new Date(now));
    file.note('--- console open: /dev/ttyUSB0 at 115200 baud');
    const bytes = Buffer.from(text);
    const half = Math.floor(bytes.length / 2);
    file.board(bytes.subarray(0, half));
    file.sent('version');
    now += 5000;
    file.board(bytes.subarray(half));
    file.close();
    const verdict = classify(readFileSync(path));
    assert.equal(verdict.label, label, `${name}: line ${verdict.lineNumber} "${verdict.line}"`);
  }
});

test('a start that the rig made is no loop, and what came before it no proof', (t) => {
  const path = `${temporaryFolder(t)}/slot1-1.log`;
  const { text } = labelledLogs.find(({ name }) => name === 'good: idf joined its network') ?? { text: '' };
  const file = openConsoleFile(path, () => new Date(0));
  file.board(Buffer.from(text));
  file.note('power off');
  file.note('power on');
  file.board(Buffer.from(text));
  file.close();
  assert.equal(classify(readFileSync(path)).label, 'good');
  assert.equal(classify(text + text).label, 'boot_loop');
});

test('a panic comes with its cause and address, a Wi-Fi failure with reason and name', () => {
  const facts = (name: string) => {
    const { cause, address, reason } = classify(labelledLogs.find((log) => log.name === name)?.text ?? '');
    return [cause, address, reason];
  };
  assert.deepEqual(facts('panic: load prohibited'), ['LoadProhibited', '0x400d1f3a', undefined]);
  assert.deepEqual(facts('panic: riscv load fault'), ['Load access fault', '0x42008a1e', undefined]);
  assert.deepEqual(facts('panic: 8266 exception'), ['(28)', '0x40201a8f', undefined]);
  assert.deepEqual(facts('panic: zephyr mpu fault'), ['MPU FAULT', '0x0000081e', undefined]);
  assert.deepEqual(facts('panic: abort'), ['abort()', '0x40081a2b', undefined]);
  assert.deepEqual(facts('panic: before the first line'), [undefined, '0x400d1f3a', undefined]);
  assert.deepEqual(facts('wifi_fail: no ap'), ['NO_AP_FOUND', undefined, 201]);
  assert.deepEqual(facts('wifi_fail: esphome words'), ['AUTH_EXPIRE', undefined, 2]);
  assert.deepEqual(facts('wifi_fail: wpa supplicant'), ['4WAY_HANDSHAKE_TIMEOUT', undefined, 15]);
});

test('a stricter proof makes a log unknown that ends too early', () => {
  const proofOf = (name: string) => classify(labelledLogs.find((log) => log.name === name)?.text ?? '').proof;
  const recorded = recordedLogs.find(({ name }) => name === 'log003')?.text ?? '';
  assert.equal(classify(recorded).proof, 'bootloader');
  assert.equal(classify(recorded, { proof: 'handover' }).label, 'unknown');
  assert.equal(proofOf('good: idf to the loaded app'), 'handover');
  assert.equal(proofOf('good: arduino sketch that speaks'), 'output');
  assert.equal(proofOf('good: linux login'), 'app');
});

test('an empty log is unknown, without a line', () => {
  const { label, code, line, lineNumber, resets } = classify('');
  assert.deepEqual([label, code, line, lineNumber, resets], ['unknown', 'BOOT_UNKNOWN', '', 0, 0]);
});

test('no signature can span lines, each has a rank of the table and another meaning than its text', () => {
  const ranks = new Set<string>(precedence.map(({ rank }) => rank));
  for (const { pattern, rank, means } of signatureTable) {
    assert.doesNotMatch(pattern.source, /\[\^|\\[snWDtrux]/, pattern.source);
    assert.ok(ranks.has(rank));
    assert.notEqual(means, '');
  }
});
