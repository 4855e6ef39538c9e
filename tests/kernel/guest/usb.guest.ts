import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pollUntil } from '../../../core/deadline.js';
import { openConsoleLog, type ConsoleLog } from '../../../drivers/console/console-log.js';
import { openNativeConsole } from '../../../drivers/console/native-console.js';
import { openSerialConsole } from '../../../drivers/console/serial-console.js';
import { openSerialLink } from '../../../drivers/link/serial-link.js';
import { openOutputs } from '../../../drivers/power/open-outputs.js';
import { openMendedConsole, portMender } from '../../../fixtures/mend-port.js';
import type { Output } from '../../../gpio/output.js';

// uhubctl, and ports that come and go, on a real kernel's USB: usb-gadget.sh has made the device.

const path = '/dev/serial/by-path/platform-dummy_hcd.0-usb-0:1:1.0';
const udc = '/sys/kernel/config/usb_gadget/board/UDC';
const hubPort = { hub: '1', port: 1 };
/** The board's side of the port. */
const boardSide = '/dev/ttyGS0';
const baudRate = 115_200;
const never = { kind: 'bench', socketPath: '/nonexistent' } as const;
const timeout = 120_000;

const plug = () => writeFileSync(udc, 'dummy_udc.0\n');
const unplug = () => writeFileSync(udc, '\n');

void test(
  'a port of a real hub is switched and read by uhubctl, and what hangs on it goes',
  { timeout },
  async (t) => {
    const output = await openHub(t);
    assert.equal(await output.read(), true);
    const before = deviceNumber();
    await output.write(false);
    assert.equal(await output.read(), false);
    await output.write(true);
    assert.equal(await output.read(), true);
    // The kernel counts its devices: what has lost its power comes back as another one.
    await backAsAnother(before);
  },
);

void test(
  'opened as it is, a hub port keeps its state; opened as inactive, it is off',
  { timeout },
  async (t) => {
    const output = await openHub(t);
    await openHub(t);
    assert.equal(await output.read(), true);
    const before = deviceNumber();
    await openHub(t, false);
    assert.equal(await output.read(), false);
    await output.write(true);
    await backAsAnother(before);
  },
);

void test('a hub that is not there is told with those that are', { timeout }, async (t) => {
  const outputs = await openOutputs(never);
  t.after(() => outputs.close());
  await assert.rejects(outputs.openOutput({ hub: '9-1', port: 1 }, { initial: 'as-is' }), {
    code: 'LINE_NOT_FOUND',
    message: /usb 9-1 port 1: no hub there .*; there are: 1 \[1d6b:0002/,
  });
  await assert.rejects(outputs.openOutput({ hub: '1', port: 7 }, { initial: 'as-is' }), {
    code: 'LINE_NOT_FOUND',
    message: /usb 1 port 7: the hub has no such port; it is .*1 ports/,
  });
});

void test(
  'a user who may not switch is told the udev rule, and nothing is switched',
  { timeout },
  async (t) => {
    const folder = await temporary(t);
    const tool = join(folder, 'uhubctl');
    const asNobody = 'exec setpriv --reuid=65534 --regid=65534 --clear-groups uhubctl "$@"';
    writeFileSync(tool, `#!/bin/sh\n${asNobody}\n`, { mode: 0o755 });
    const output = await openHub(t);
    process.env['RIG_UHUBCTL'] = tool;
    try {
      await assert.rejects(output.write(false), {
        code: 'LINE_PERMISSION',
        message: /52-usb\.rules.*dialout/s,
      });
    } finally {
      delete process.env['RIG_UHUBCTL'];
    }
    assert.equal(await output.read(), true);
  },
);

void test('a board’s own port is followed by its path, and its log goes on', { timeout }, async (t) => {
  const log = await openLog(t);
  unplug();
  await until('the port is gone', () => !existsSync(path));
  const console = openNativeConsole({ link: { path, baudRate, native: true }, log });
  t.after(() => console.close());
  await assert.rejects(console.there({ timeoutMs: 300 }), { code: 'PORT_NOT_FOUND', blame: 'dut' });
  plug();
  await console.there({ timeoutMs: 20_000 });
  rawBoardSide();
  writeFileSync(boardSide, 'first start\n');
  await hear(log, /^first start$/m);
  unplug();
  await until('the console notes it', async () =>
    /--- console gone: /.test(await readFile(log.path, 'utf8')),
  );
  plug();
  await console.there({ timeoutMs: 20_000 });
  rawBoardSide();
  const board = listenAtBoard(t);
  await until('the board listens', board.isListening);
  await console.sendLine('are you there?');
  await until('the board has it', () => board.heard().includes('are you there?'));
  writeFileSync(boardSide, 'second start\n');
  await hear(log, /^second start$/m);
  assert.match(await readFile(log.path, 'utf8'), /DTR and RTS of \S+ stay asserted/);
});

void test('on a port that is an adapter’s, lines that cannot be set are an error', { timeout }, async () => {
  await until('the port is there', () => existsSync(path));
  await assert.rejects(openSerialLink({ path, baudRate }), { code: 'PORT_LOST', message: /DTR and RTS/ });
});

void test(
  'a link of a board’s own port ends when the port goes, and opening waits for the next',
  { timeout },
  async (t) => {
    const link = await openSerialLink({ path, baudRate, native: true });
    t.after(() => link.close());
    const lost = new Promise<void>((resolve) => link.lost.addEventListener('abort', () => resolve()));
    unplug();
    await lost;
    await until('the port is gone', () => !existsSync(path));
    const opening = openSerialLink({ path, baudRate, native: true });
    plug();
    await (await opening).close();
  },
);

void test(
  'a port that takes nothing is reset by its hub port once, and what was sent is sent again',
  { timeout },
  async (t) => {
    const log = await openLog(t);
    const notes: string[] = [];
    let heard = () => '';
    let mended = 0;
    const mend = portMender({
      serial: { path, baudRate, hubPort },
      note(text) {
        notes.push(text);
        // Until now nobody was there who took what was sent.
        if (!text.includes('is back')) return;
        rawBoardSide();
        heard = listenAtBoard(t).heard;
      },
      onMended: () => void (mended += 1),
    });
    await until('the port is there', () => existsSync(path));
    rawBoardSide();
    const link = { path, baudRate, native: true };
    const console = await openMendedConsole(() => openSerialConsole({ link, log }), mend);
    t.after(() => console.close());
    const text = `${'x'.repeat(300_000)} the end`;
    await console.sendLine(text);
    await until('the board has all of it', () => heard().includes('the end'));
    assert.equal(mended, 1);
    assert.match(notes[0] ?? '', /reset by hub 1 port 1, since: PORT_LOST: .* took none of/);
    assert.equal(await mend(new Error('PORT_LOST')), false);
  },
);

/** Of the device on the hub's port; undefined while there is none. */
function deviceNumber(): string | undefined {
  const file = '/sys/bus/usb/devices/1-1/devnum';
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

async function backAsAnother(before: string | undefined): Promise<void> {
  await until('the port is back', () => deviceNumber() !== before && existsSync(path));
}

async function openHub(t: TestContext, initial: boolean | 'as-is' = 'as-is'): Promise<Output> {
  const outputs = await openOutputs(never);
  t.after(() => outputs.close());
  return outputs.openOutput(hubPort, { initial });
}

async function openLog(t: TestContext): Promise<ConsoleLog> {
  const log = openConsoleLog({ path: join(await temporary(t), 'console.log') });
  t.after(() => log.close());
  return log;
}

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-usb-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Without it the board's side would send back all that it gets, as a terminal does. */
function rawBoardSide(): void {
  execFileSync('stty', ['-F', boardSide, 'raw', '-echo']);
}

/** Reads at the board's side for the rest of the test. What comes before it listens is thrown away there. */
function listenAtBoard(t: TestContext): { heard: () => string; isListening: () => boolean } {
  const reader = spawn('cat', [boardSide], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => reader.kill('SIGKILL'));
  let text = '';
  reader.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const isListening = () => {
    const fd = `/proc/${reader.pid}/fd/3`;
    return existsSync(fd) && readlinkSync(fd) === boardSide;
  };
  return { heard: () => text, isListening };
}

function hear(log: ConsoleLog, pattern: RegExp): Promise<true> {
  return until(`${String(pattern)} is heard`, () => pattern.test(log.text.textFrom(0)));
}

function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<true> {
  return pollUntil(async () => ((await isSo()) ? (true as const) : undefined), {
    intervalMs: 20,
    timeoutMs: 30_000,
    onTimeout: () => new Error(`in vain: ${what}`),
  });
}
