import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, createClassifier } from '../../drivers/console/diagnosis/classifier.js';
import { codeOfLabel, faultCodes } from '../../drivers/console/diagnosis/labels.js';
import { labelledLogs, recordedLogs } from './diagnosis-logs.js';
import { randomFrom } from './seeded-random.js';

const every = [...recordedLogs, ...labelledLogs];
const good = every.filter(({ label }) => label === 'good');
const bad = labelledLogs.filter(({ label }) => label !== 'good' && label !== 'unknown');

/** Faults of one or two lines, and the label that they give to a log that ends in them. */
const faultLines: [string, string][] = [
  ['Brownout detector was triggered', 'brownout'],
  ["Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.", 'panic'],
  ['abort() was called at PC 0x40081a2b on core 0', 'panic'],
  ['Exception (28):', 'panic'],
  ['E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0', 'panic'],
  ['E (5316) task_wdt: Task watchdog got triggered. The following tasks did not reset', 'watchdog'],
  ['rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'watchdog'],
  ['E (95) boot: No bootable app partitions in the partition table', 'bad_image'],
  ['flash read err, 1000', 'flash_read_error'],
  ['waiting for download', 'download_mode'],
  ['E (1630) secure_boot_v2: Sig block 0 invalid: Image digest does not match', 'secure_boot_fail'],
  [
    'heap_caps_malloc was called but failed to allocate 1704 bytes with 0x1800 capabilities.',
    'out_of_memory',
  ],
  ['W (17114) wifi: disconnected, reason 201 NO_AP_FOUND', 'wifi_fail'],
  ['[   12.400002] Kernel panic - not syncing: Fatal exception', 'kernel_panic'],
  ['ets Jul 29 2019 12:21:46\n\nrst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'boot_loop'],
];

test('every label has a fault here', () => {
  assert.deepEqual(new Set(faultLines.map(([, label]) => label)), new Set(Object.keys(faultCodes)));
});

for (const [line, label] of faultLines) {
  test(`a good log that ends in "${line.slice(0, 50)}" is ${label}`, () => {
    for (const { name, text } of good) {
      const verdict = classify(`${text}\n${line}\n`);
      assert.equal(verdict.label, label, `${name}: line ${verdict.lineNumber} "${verdict.line}"`);
    }
  });
}

test('a fault anywhere in a good log makes it bad, unless it is mended in words', () => {
  const random = randomFrom(11);
  const mended = new Set(['wifi_fail', 'download_mode']);
  for (const { name, text } of good) {
    const lines = text.split('\n');
    for (const [line, label] of faultLines.filter(
      ([, fault]) => !mended.has(fault) && fault !== 'boot_loop',
    )) {
      const at = Math.floor(random() * lines.length);
      const log = [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
      assert.notEqual(classify(log).label, 'good', `${name}: ${label} at line ${at + 1}`);
    }
  }
});

test('every bad log after any good log is bad', () => {
  const random = randomFrom(3);
  for (const { name, text } of bad) {
    const before = good[Math.floor(random() * good.length)];
    assert.notEqual(classify(`${before?.text}\n${text}`).label, 'good', `${before?.name}, then ${name}`);
  }
});

test('every bad log before any good log is bad, but for a mended join and a released strap', () => {
  const random = randomFrom(4);
  const mended = new Set(['wifi_fail', 'download_mode']);
  for (const { name, text, label } of bad) {
    if (mended.has(label)) continue;
    const after = good[Math.floor(random() * good.length)];
    assert.notEqual(classify(`${text}\n${after?.text}`).label, 'good', `${name}, then ${after?.name}`);
  }
});

/** Up to and with the line that hands over to what is not the ROM any more. */
const romsEnd =
  /^(?:.*entry 0x\w+|~ld|.*csum 0x\w+|.*2nd stage bootloader.*|.*Starting bootloader|Starting kernel.*)$/m;

test('a good log that is cut in the text of its ROM or first stage is never good', () => {
  let cuts = 0;
  for (const { name, text } of good) {
    const found = romsEnd.exec(text);
    if (
      found === null ||
      /app_main|sleep|batt|cycle|wake|Connected|connected/.test(text.slice(0, found.index))
    )
      continue;
    const classifier = createClassifier();
    for (const byte of Buffer.from(text.slice(0, found.index + found[0].length))) {
      classifier.push(Buffer.from([byte]));
      cuts++;
      assert.notEqual(classifier.verdict().label, 'good', `${name} at byte ${cuts}`);
    }
  }
  assert.ok(cuts > 5000, String(cuts));
});

test('a log in which the faults are cut away may be unknown, but is not called by a fault that it has not', () => {
  for (const { name, text, label } of good.filter((log) => !log.name.includes('watchdog reset'))) {
    const lines = text.split('\n');
    for (let end = 0; end < lines.length; end++) {
      const verdict = classify(lines.slice(0, end).join('\n'));
      const inTheMiddle = ['good', 'unknown', 'brownout', 'boot_loop', 'wifi_fail'];
      assert.ok(
        inTheMiddle.includes(verdict.label),
        `${name} (${label}) up to line ${end}: ${verdict.label}`,
      );
    }
  }
});

test('mutated logs never make it throw, and the verdict stays whole', () => {
  const random = randomFrom(2026);
  const pick = (count: number) => Math.floor(random() * count);
  for (let round = 0; round < 4000; round++) {
    let bytes = Buffer.from(every[pick(every.length)]?.text ?? '');
    for (let change = 0; change <= pick(6); change++) bytes = mutated(bytes, pick);
    const verdict = classify(bytes);
    assert.equal(verdict.code, codeOfLabel(verdict.label));
    assert.ok(verdict.lineNumber >= 0 && verdict.resets >= 0);
    assert.doesNotMatch(verdict.line, /[\x00-\x08\x0b-\x1f]/);
    if (round % 20 !== 0) continue;
    const classifier = createClassifier();
    for (const byte of bytes) classifier.push(Buffer.from([byte]));
    assert.deepEqual(classifier.verdict(), verdict);
  }
});

test('a recorded bad log with one byte of two hundred wrong is still not good', () => {
  const random = randomFrom(5);
  for (const { name, label, text } of recordedLogs) {
    if (label === 'good') continue;
    for (let round = 0; round < 20; round++) {
      const bytes = Buffer.from(text).map((byte) =>
        byte !== 0x0a && random() < 0.005 ? Math.floor(random() * 256) : byte,
      );
      assert.notEqual(classify(bytes).label, 'good', `${name}, round ${round}`);
    }
  }
});

function mutated(bytes: Buffer, pick: (count: number) => number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  const at = pick(copy.length + 1);
  const length = pick(200);
  switch (pick(5)) {
    case 0:
      if (at < copy.length) copy[at] = pick(256);
      return copy;
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at, at + length), copy.subarray(at)]);
    case 3:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from([pick(256), 0x0d, 0x1b, 0x5b, pick(256)]),
        copy.subarray(at),
      ]);
    default:
      return copy.subarray(0, at);
  }
}

test('a line without an end does not grow without bound, and a log of megabytes is read in seconds', () => {
  const classifier = createClassifier();
  const noise = Buffer.alloc(64 * 1024, 0x78);
  for (let piece = 0; piece < 32; piece++) classifier.push(noise);
  classifier.push(Buffer.from('\nBrownout detector was triggered\n'));
  assert.equal(classifier.verdict().label, 'brownout');
  assert.equal(classifier.verdict().lineNumber, 2);
});
