import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openHubPort } from '../../../drivers/power/hub-port.js';
import { readHubStatus } from '../../../drivers/power/uhubctl.js';

// The tool on a real kernel's hub is in tests/kernel/usb.test.ts. Here a program prints what the tool has printed there, and what it prints
// on hubs that no machine here has.

const head = 'hub 1-1 [2109:3431 USB2.0 Hub, USB 2.10, 4 ports, ppps]';
const on = `Current status for ${head}\n  Port 3: 0503 power highspeed enable connect [2e8a:0003 power supply off]`;
const switchedOff = `${on}\nSent power off request\nNew status for ${head}\n  Port 3: 0000 off`;
const noHub = 'No compatible devices detected at location 1-1!\nRun with -h to get usage info.';

/** A uhubctl that answers with the first text whose key its arguments contain; returns what it was called with. */
function fakeTool(t: TestContext, answers: Record<string, string>): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'rig-uhubctl-'));
  const cases = Object.entries(answers).map(([key, text], index) => {
    writeFileSync(join(folder, String(index)), `${text}\n`);
    return `*"${key}"*) cat ${folder}/${index};;`;
  });
  const script = `#!/bin/sh\necho "$*" >>${folder}/calls\ncase " $* " in ${cases.join('\n')} esac\n`;
  writeFileSync(join(folder, 'uhubctl'), script, { mode: 0o755 });
  process.env['RIG_UHUBCTL'] = join(folder, 'uhubctl');
  t.after(() => {
    delete process.env['RIG_UHUBCTL'];
    rmSync(folder, { recursive: true, force: true });
  });
  return () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
}

const address = { hub: '1-1', port: 3 };
const asIs = { initial: 'as-is' } as const;

void test('a port is asked and switched by its place, and what came of it counts', async (t) => {
  const calls = fakeTool(t, { '-a off': switchedOff, '-p 3 ': on });
  const output = await openHubPort(address, asIs);
  assert.equal(await output.read(), true);
  await output.write(false);
  assert.deepEqual(calls(), ['-N -l 1-1 -p 3', '-N -l 1-1 -p 3', '-N -l 1-1 -p 3 -a off']);
});

void test('a port that does not follow is told with what it reads', async (t) => {
  fakeTool(t, { '-a off': `${on}\nSent power off request\n${on.replace('Current', 'New')}`, '-p 3 ': on });
  const output = await openHubPort(address, asIs);
  await assert.rejects(output.write(false), {
    code: 'LINE_READBACK',
    message: /usb 1-1 port 3 was switched off and reads 0503 power highspeed enable connect/,
  });
});

void test('a USB 3 hub is off when both of its halves are', () => {
  const half = (hub: string, text: string) => `Current status for hub ${hub} [x]\n  Port 1: ${text}`;
  const states = (text: string) => readHubStatus(text.split('\n')).ports.map(({ isPowered }) => isPowered);
  assert.deepEqual(states(`${half('2-1', '02a0 power 5gbps Rx.Detect')}\n${half('1-1', '0000 off')}`), [
    true,
    false,
  ]);
  assert.deepEqual(states(`${half('2-1', '0080 off')}\n${half('1-1', '0000 off')}`), [false, false]);
});

void test('what a device calls itself is no state of its port', () => {
  const { ports } = readHubStatus([
    'Current status for hub 1 [x]',
    '  Port 1: 0001 connect [1234:5678 power bank]',
  ]);
  assert.deepEqual(
    ports.map(({ isPowered, text }) => [isPowered, text]),
    [[false, '0001 connect']],
  );
});

void test('a hub that is not there is told with those that are', async (t) => {
  fakeTool(t, {
    '-l 1-1 ': noHub,
    '-N': `Current status for hub 2-3 [05e3:0610 USB, 4 ports, ppps]\n  Port 1: 0100 power`,
  });
  await assert.rejects(openHubPort(address, asIs), {
    code: 'LINE_NOT_FOUND',
    message: /no hub there that can switch its ports; there are: 2-3 \[05e3:0610/,
  });
});

void test('without any hub that can switch, that is what is told', async (t) => {
  fakeTool(t, { '-N': noHub });
  await assert.rejects(openHubPort(address, asIs), /LINE_NOT_FOUND: .* this host has none at all/);
});

void test('a user who may not is told the udev rule', async (t) => {
  fakeTool(t, { '-N': `${noHub}\nThere were permission problems while accessing USB.` });
  await assert.rejects(openHubPort(address, asIs), {
    code: 'LINE_PERMISSION',
    message: /\/etc\/udev\/rules\.d\/52-usb\.rules[\s\S]*GROUP="dialout"/,
  });
});

void test('a uhubctl that knows no -N is asked without', async (t) => {
  const calls = fakeTool(t, { '-N': "uhubctl: invalid option -- 'N'", '-p 3 ': on });
  assert.equal(await (await openHubPort(address, asIs)).read(), true);
  assert.equal(calls().at(-1), '-l 1-1 -p 3');
});

void test('a missing uhubctl is named with what installs it', async (t) => {
  fakeTool(t, {});
  process.env['RIG_UHUBCTL'] = '/nonexistent/uhubctl';
  await assert.rejects(openHubPort(address, asIs), /TOOL_MISSING: .*apt-get install uhubctl/);
});
