import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classify, createClassifier } from '../../drivers/console/diagnosis/classifier.js';
import type { BootLabel } from '../../drivers/console/diagnosis/labels.js';
import { recordedLogs, type LabelledLog } from './diagnosis-logs.js';

/** Logs written from knowledge of the devices and labelled before the classifier saw them. */
const writtenLogs = readFileSync('tests/drivers/data/written-logs.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LabelledLog);
const every = [...recordedLogs, ...writtenLogs];

test('of the logs written without looking at the rules, none that is bad is called good, and 99 % are right', () => {
  const wrong = writtenLogs.filter(({ label, text }) => classify(text).label !== label);
  assert.ok(writtenLogs.length > 200);
  assert.deepEqual(
    wrong.filter(({ text }) => classify(text).label === 'good'),
    [],
  );
  assert.ok(wrong.length * 100 <= writtenLogs.length, wrong.map(({ name }) => name).join(', '));
});

test('a written log fed byte by byte has the same verdict', () => {
  for (const { name, text } of writtenLogs) {
    const classifier = createClassifier();
    for (const byte of Buffer.from(text)) classifier.push(Uint8Array.of(byte));
    assert.deepEqual(classifier.verdict(), classify(text), name);
  }
});

/** What monitors, and the issues that logs are copied from, put before each line. */
const frames: Record<string, (line: number) => string> = {
  'Arduino IDE': (line) => `10:22:${two(line)}.101 -> `,
  tio: (line) => `[10:22:${two(line)}.101] `,
  'tio with date': (line) => `[2024-05-02T10:22:${two(line)}.101] `,
  minicom: (line) => `[2024-05-02 10:22:${two(line)}] `,
  grabserial: (line) => `[${(line * 0.012345).toFixed(6)} 0.012345] `,
  ESPHome: (line) => `[10:22:${two(line)}]`,
  'ESPHome with milliseconds': (line) => `[10:22:${two(line)}.123]`,
  PlatformIO: (line) => `10:22:${two(line)}.101 > `,
  'ISO time and a tab': (line) => `2024-05-02T10:22:${two(line)}.123456+02:00\t`,
  'date with slashes': (line) => `2024/05/02 10:22:${two(line)} `,
  'date with dots': (line) => `2024.05.02 10:22:${two(line)} `,
  'twelve hours': (line) => `10:22:${two(line)} AM: `,
  'seconds since 1970': (line) => `17146452${two(line)}.123 `,
  syslog: (line) => `May  2 10:22:${two(line)} host esp[12]: `,
  quotation: () => '> ',
  'quotation of a terminal with time': (line) => `> [10:22:${two(line)}.101] `,
  indent: () => '    ',
  tab: () => '\t',
  colours: () => '\u001b[0;32m',
};

for (const [name, frame] of Object.entries(frames)) {
  test(`the label is the same with what is put before each line: ${name}`, () => {
    for (const log of every) {
      const framed = log.text
        .split('\n')
        .map((line, index) => frame(index) + line)
        .join('\n');
      assert.equal(classify(framed).label, classify(log.text).label, log.name);
    }
  });
}

function two(value: number): string {
  return String(value % 60).padStart(2, '0');
}

const harmless = [
  'No memory card inserted',
  'Free heap: 210000, min free: 190000, alloc failures: 0',
  'OOM score 0',
  'out of memory protection on',
  'out of memory errors: 0',
  'Stack overflow check enabled',
  'watchdog timeout: 30',
  'Interrupt watchdog initialised',
  'brownout detector enabled (2.43V)',
  'hard fault handler installed',
  'Last reset reason: Software reset',
  'reset reason: 1 (power on), watchdog disabled',
  'There have been 0 suspected unsuccessful boot attempts.',
  'WiFi disconnected reason count: 0',
  'flash read error count 0',
  'Secure boot verification failed count: 0',
  'self test: signature invalid count 0',
  'boot loop detected: no',
  'waiting for download of config',
  'W (400) cam: no valid image yet',
  'E (220) gpio: gpio_install_isr_service(449): GPIO isr service already installed',
];

test('what only sounds like a fault does not make a good log bad', () => {
  for (const line of harmless) {
    const log = `entry 0x400805e4\nI (334) main_task: Calling app_main()\nnode 1.2\n${line}\nI (500) app: self test: PASS\n`;
    const verdict = classify(log);
    assert.equal(verdict.label, 'good', `${line}: ${verdict.line}`);
  }
});

const told: [string, BootLabel][] = [
  ['Core 0 reset reason: 8: TG1WDT_SYS_RESET', 'watchdog'],
  ['00:00:06 MQT: tele/x/INFO3 = {"RestartReason":"Hardware Watchdog"}', 'watchdog'],
  ['[D][debug:188]: Reset Reason: Exception', 'panic'],
  ['[D][debug:099]: Reset Reason: Brown out reset', 'brownout'],
];

for (const [line, label] of told) {
  test(`a firmware that is up but was told of a bad reset is not good: ${line}`, () => {
    assert.equal(classify(`${line}\n[I][app:062]: setup() finished successfully!\n`).label, label);
  });
}

test('failed starts that the firmware counted are history once it is up, and a loop until then', () => {
  const counted = '[C][safe_mode:079]: There have been 3 suspected unsuccessful boot attempts\n';
  assert.equal(classify(counted).label, 'boot_loop');
  assert.equal(classify(`${counted}[I][app:062]: setup() finished successfully!\n`).label, 'good');
});

test('an interpreter that waits after a script failed proves nothing, until the script was started anew', () => {
  const failed =
    'Traceback (most recent call last):\n  File "main.py", line 3, in <module>\nImportError: no module named x\n';
  const waits = 'MicroPython v1.22.1 on 2024-01-05; Generic ESP32 module with ESP32\n>>> ';
  assert.equal(classify(failed + waits).label, 'unknown');
  const safe =
    'Running in safe mode! Not running saved code.\nPress any key to enter the REPL. Use CTRL-D to reload.\n';
  assert.equal(classify(safe).label, 'unknown');
  assert.equal(classify(`${failed}${waits}\nMPY: soft reboot\n${waits}`).label, 'good');
});
