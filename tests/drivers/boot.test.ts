import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RigError } from '../../core/errors.js';
import { bootSignatures } from '../../drivers/console/boot-signatures.js';
import { awaitBoot, faultSince, readyCursor } from '../../drivers/console/boot.js';
import { classify } from '../../drivers/console/diagnosis/classifier.js';
import { faultCodes } from '../../drivers/console/diagnosis/labels.js';
import { consoleOnPty } from './console-rig.js';
import { recordedLogs } from './diagnosis-logs.js';

const rom = [
  'ets Jul 29 2019 12:21:46',
  '',
  'rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)',
  'configsip: 0, SPIWP:0xee',
  'mode:DIO, clock div:2',
  'load:0x3fff0030,len:7176',
  'entry 0x40080400',
  '\x1b[0;32mI (27) boot: ESP-IDF v5.2 2nd stage bootloader\x1b[0m',
];
const banner = 'factory-test 1.2.0';
const ready = 'factory-test: ready';
const expectation = {
  version: '^factory-test (?<version>\\S+)$',
  ready: '^factory-test: ready$',
  timeoutMs: 10_000,
};
const release = { version: '1.2.0' };

/** How the boot of a board that says these lines ended. */
async function bootOf(t: TestContext, lines: string[]) {
  const { console, say } = await consoleOnPty(t);
  const booting = awaitBoot(console, expectation, release).catch((error: unknown) => error as RigError);
  await say(...lines);
  return booting;
}

async function failureOf(t: TestContext, lines: string[]): Promise<RigError> {
  const ended = await bootOf(t, lines);
  assert.ok(ended instanceof RigError, `the boot passed: ${JSON.stringify(ended)}`);
  return ended;
}

/** How the boot of a board that has said these lines, and then says no more, ends at its deadline. */
async function timeoutOf(t: TestContext, lines: string[]): Promise<RigError> {
  const { console, say } = await consoleOnPty(t);
  if (lines.length > 0) await say(...lines);
  const booting = awaitBoot(console, { ...expectation, timeoutMs: 20 }, release);
  return booting.then(
    () => assert.fail('the boot passed'),
    (error: unknown) => error as RigError,
  );
}

test('the release’s banner and then the ready marker prove the boot', async (t) => {
  const { console, say } = await consoleOnPty(t);
  const booting = awaitBoot(console, expectation, release);
  await say(...rom, banner, 'self test passed', ready);
  const booted = await booting;
  assert.equal(booted.version, '1.2.0');
  assert.ok(booted.seconds > 0 && booted.seconds < 10);
  assert.equal(console.textFrom(booted.readyAt), '\n');
  assert.equal(readyCursor(console), booted.readyAt);
});

test('a boot that was over before anyone waited counts as well', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say(...rom, banner, ready);
  assert.equal((await awaitBoot(console, expectation, release)).version, '1.2.0');
});

test('garbage before the banner does no harm', async (t) => {
  const ended = await bootOf(t, ['\u0000\u00ff~x\u0080\u001b', ...rom, banner, ready]);
  assert.ok('version' in ended);
});

test('the proof of an earlier boot does not count from a later cursor', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say(...rom, banner, ready);
  const from = console.cursor();
  const again = awaitBoot(console, { ...expectation, timeoutMs: 20 }, { ...release, from });
  await assert.rejects(again, { code: 'BOOT_SILENT' });
});

test('a ready marker before the banner proves nothing', async (t) => {
  const error = await timeoutOf(t, [...rom, ready, banner]);
  assert.equal(error.code, 'BOOT_TIMEOUT');
  assert.match(error.message, /version 1\.2\.0 came up, but no ready marker/);
});

test('no byte at all is BOOT_SILENT', async (t) => {
  const error = await timeoutOf(t, []);
  assert.equal(error.code, 'BOOT_SILENT');
  assert.equal(error.blame, 'dut');
});

test('text without an end is BOOT_TIMEOUT and quotes the last lines without their colours', async (t) => {
  const error = await timeoutOf(t, rom);
  assert.equal(error.code, 'BOOT_TIMEOUT');
  assert.match(error.message, /no version banner/);
  assert.match(error.message, /\nI \(27\) boot: ESP-IDF v5\.2 2nd stage bootloader$/);
});

test('another version is BOOT_WRONG_VERSION and names both', async (t) => {
  const error = await failureOf(t, [...rom, 'factory-test 1.2.0-rc1', ready]);
  assert.equal(error.code, 'BOOT_WRONG_VERSION');
  assert.match(error.message, /runs 1\.2\.0-rc1, the release is 1\.2\.0;/);
});

test('a panic names its cause and the address from the dump below', async (t) => {
  const error = await failureOf(t, [
    ...rom,
    banner,
    "Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.",
    '',
    'Core  1 register dump:',
    'PC      : 0x400d1234  PS      : 0x00060730  A0      : 0x800d5678',
    'Rebooting...',
  ]);
  assert.equal(error.code, 'BOOT_PANIC');
  assert.match(error.message, /LoadProhibited at 0x400d1234; .*"Guru Meditation/);
  assert.deepEqual([error.details['cause'], error.details['address']], ['LoadProhibited', '0x400d1234']);
});

test('a panic whose dump never comes is still told', async (t) => {
  const error = await failureOf(t, [...rom, "Guru Meditation Error: Core  0 panic'ed (Cache error). "]);
  assert.match(error.message, /^BOOT_PANIC: the firmware crashed: Cache error; the board said/);
});

test('the third reset banner before ready is BOOT_LOOP and names the causes', async (t) => {
  const error = await failureOf(t, [...rom, ...rom, ...rom, banner, ready]);
  assert.equal(error.code, 'BOOT_LOOP');
  assert.match(error.message, /POWERON_RESET, POWERON_RESET, POWERON_RESET.*supply falls/);
  assert.ok('version' in (await bootOf(t, [...rom, ...rom, banner, ready])));
});

test('a reset between banner and ready takes the banner’s proof away', async (t) => {
  const error = await timeoutOf(t, [...rom, banner, ...rom, ready]);
  assert.equal(error.code, 'BOOT_TIMEOUT');
  assert.match(error.message, /no version banner/);
});

test('a loop of watchdog resets is BOOT_WATCHDOG', async (t) => {
  const hung = rom.map((line) => line.replace('0x1 (POWERON_RESET)', '0x8 (TG1WDT_SYS_RESET)'));
  const error = await failureOf(t, [...hung, ...hung, ...hung]);
  assert.equal(error.code, 'BOOT_WATCHDOG');
  assert.match(error.message, /a watchdog reset the chip/);
});

test('a Wi-Fi failure does not end a boot, but is what a loop comes from', async (t) => {
  const failed = 'W (17114) wifi: disconnected, reason 201 NO_AP_FOUND';
  assert.ok('version' in (await bootOf(t, [...rom, failed, banner, ready])));
  const error = await failureOf(t, [...rom, failed, ...rom, failed, ...rom]);
  assert.equal(error.code, 'WIFI_FAILED');
  assert.match(error.message, /reason 201/);
});

test('a unit’s record and the diagnosis of its log name the same', async (t) => {
  const named = new Set<string>(Object.values(faultCodes));
  let both = 0;
  for (const { name, text } of recordedLogs) {
    const error = await timeoutOf(t, text.split('\n'));
    if (!named.has(error.code)) continue;
    assert.equal(classify(text).code, error.code, name);
    both++;
  }
  assert.ok(both >= 20, String(both));
});

const faults: [string, string, RegExp][] = [
  ['Brownout detector was triggered', 'BOOT_BROWNOUT', /brown-out level/],
  ['rst:0xf (BROWNOUT_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)', 'BOOT_BROWNOUT', /rst:0xf/],
  ['rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1))', 'BOOT_DOWNLOAD_MODE', /boot strap/],
  ['waiting for download', 'BOOT_DOWNLOAD_MODE', /"waiting for download"/],
  [' ets Jan  8 2013,rst cause:1, boot mode:(1,6)', 'BOOT_DOWNLOAD_MODE', /GPIO0/],
  ['invalid header: 0xffffffff', 'BOOT_BAD_IMAGE', /blank/],
  ['invalid header: 0x12345678', 'BOOT_SECURE_BOOT', /0x12345678/],
  ['flash read err, 1000', 'BOOT_FLASH_READ', /does not answer/],
  ['invalid header: 0xfffffeff', 'BOOT_FLASH_READ', /all ones/],
  [
    'heap_caps_malloc was called but failed to allocate 1704 bytes with 0x1800 capabilities.',
    'BOOT_OUT_OF_MEMORY',
    /1704 bytes/,
  ],
  ['csum err:0x5a!=0x5f', 'BOOT_BAD_IMAGE', /csum err:0x5a!=0x5f/],
  [
    'E (61) esp_image: image at 0x10000 has invalid magic byte (nothing flashed here?)',
    'BOOT_BAD_IMAGE',
    /nothing/,
  ],
  ['E (70) boot: No bootable app partitions in the partition table', 'BOOT_BAD_IMAGE', /found no app/],
  ['E (71) boot: Factory app partition is not bootable', 'BOOT_BAD_IMAGE', /rejected/],
  ['E (80) secure_boot_v2: Sig block 0 invalid: digest', 'BOOT_SECURE_BOOT', /signature/],
  ['abort() was called at PC 0x400d4321 on core 0', 'BOOT_PANIC', /abort\(\) at 0x400d4321/],
  ['assert failed: app_main main.c:12 (ok)', 'BOOT_PANIC', /main\.c:12/],
  ['E (5000) task_wdt: Task watchdog got triggered. The following tasks', 'BOOT_WATCHDOG', /hangs/],
  ['Exception (29):', 'BOOT_PANIC', /\(29\)/],
  ['Kernel panic - not syncing: no init found', 'BOOT_KERNEL_PANIC', /no init found/],
];

for (const [line, code, said] of faults) {
  test(`"${line.trim()}" is ${code}, during the boot and after it`, async (t) => {
    const { console, say } = await consoleOnPty(t);
    const booting = awaitBoot(console, expectation, release).catch((error: unknown) => error as RigError);
    await say(...rom, line);
    const error = await booting;
    assert.ok(error instanceof RigError);
    assert.equal(error.code, code);
    assert.match(error.message, said);
    const from = console.cursor();
    await say(banner, line, banner);
    assert.equal(faultSince(console, from)?.code, code);
  });
}

test('nothing is a fault after the ready marker of a good boot', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say(
    ...rom,
    banner,
    ready,
    'I (900) wifi: state: init -> auth',
    'W (950) wifi: lost link, reason 201',
  );
  const { readyAt } = await awaitBoot(console, expectation, release);
  assert.equal(faultSince(console, readyAt), undefined);
});

test('a reset after ready is noticed, and a power-on reset then means that the supply fell', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say(...rom, banner, ready);
  const { readyAt } = await awaitBoot(console, expectation, release);
  await say('rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)');
  assert.equal(faultSince(console, readyAt)?.code, 'BOOT_RESET');
  const from = console.cursor();
  await say(...rom);
  assert.equal(faultSince(console, from)?.code, 'BOOT_BROWNOUT');
});

test('a panic is named before the reset that follows it', async (t) => {
  const { console, say } = await consoleOnPty(t);
  await say("Guru Meditation Error: Core  0 panic'ed (IllegalInstruction).", 'PC      : 0x400d0001', ...rom);
  const fault = faultSince(console, 0);
  assert.equal(fault?.code, 'BOOT_PANIC');
  assert.equal(fault.details['address'], '0x400d0001');
});

test('a lost port ends the boot at once as the rig’s', async (t) => {
  const { console, pty } = await consoleOnPty(t);
  const booting = awaitBoot(console, { ...expectation, timeoutMs: 600_000 }, release);
  pty.close();
  await assert.rejects(booting, { code: 'PORT_LOST', blame: 'rig' });
});

test('a broken pattern, or one without its group, is the board file’s fault', async (t) => {
  const { console, say } = await consoleOnPty(t);
  const wait = (version: string) => awaitBoot(console, { ...expectation, version }, release);
  await assert.rejects(wait('(?<version'), { code: 'CONFIG_INVALID' });
  await say(banner);
  await assert.rejects(wait('factory-test (\\S+)'), { code: 'CONFIG_INVALID' });
});

test('no signature can span lines, so each line is looked at once', () => {
  for (const { pattern } of bootSignatures) assert.doesNotMatch(pattern.source, /\[\^|\\[snWD]/);
});
