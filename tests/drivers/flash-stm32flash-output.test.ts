import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceIn, refusesToRead, toolError, type Failure } from '../../drivers/flash/stm32flash/output.js';
import { lineArgs } from '../../drivers/flash/stm32flash/tool.js';

const failure: Failure = {
  path: '/dev/ttyUSB0',
  baudRate: 115_200,
  doing: 'writing app',
  refused: 'FLASH_WRITE_FAILED',
  heard: '',
  placeOf: (address) =>
    address === undefined ? '' : `, app at 0x${(address - 0x08000000).toString(16)} (10 %)`,
};

/** What stm32flash 0.7 prints, and what it means. */
const failures: [lines: string[], message: RegExp][] = [
  [['Error: /dev/ttyUSB0 is already open'], /^PORT_BUSY: /],
  [['Failed to init device, timeout.'], /^DUT_SILENT: \/dev\/ttyUSB0, 115200 baud: no loader answers/],
  [['Failed to init device after retry.'], /^FLASH_PROTOCOL: /],
  [['Invalid baud rate, valid options are:', ' 1200'], /^CONFIG_INVALID: .*flash\.baudRate/],
  [
    [
      'Wrote address 0x08001100 (48.36%) ',
      'Failed to read ACK byte',
      'Failed to write memory at address 0x08001100',
    ],
    /^FLASH_STALLED: .*stopped answering while writing app, app at 0x1100 \(10 %\) .*Failed to read ACK byte/,
  ],
  [
    ['Got byte 0xf9 instead of ACK', 'Failed to write memory at address 0x08000100'],
    /^FLASH_PROTOCOL: .*0x100/,
  ],
  [['Got NACK from device on command 0x31', 'Failed to write memory'], /^FLASH_PROTOCOL: /],
  [['Failed to write memory at address 0x08000200'], /^FLASH_WRITE_FAILED: .*app at 0x200/],
  [['Erase failed.', 'Failed to erase memory'], /^FLASH_ERASE_FAILED: /],
  [['Something new'], /^TOOL_FAILED: stm32flash on \/dev\/ttyUSB0 while writing app:\nSomething new/],
];

test('every failure of the tool gets its code, the place and the tool’s own words', () => {
  for (const [lines, message] of failures) assert.match(toolError(lines, failure).message, message);
});

test('a board that said something while it should enter its loader is not in it, and is quoted', () => {
  const heard = '\x00demo-motor 1.2.0\r\nready\r\n';
  const error = toolError(['Failed to init device, timeout.'], { ...failure, heard });
  assert.match(error.message, /^DUT_NOT_IN_LOADER: .*"demo-motor 1\.2\.0 ready"/);
  // Noise of a contact is no firmware.
  const noisy = toolError(['Failed to init device, timeout.'], { ...failure, heard: '\x00\xff~' });
  assert.match(noisy.message, /^DUT_SILENT: /);
});

test('the chip is known by its product id, also one that the tool does not know', () => {
  const lines = ['Version      : 0x22', 'Device ID    : 0x0410 (STM32F10xxx Medium-density)'];
  assert.deepEqual(deviceIn(lines), {
    productId: 0x410,
    name: 'STM32F10xxx Medium-density',
    loaderVersion: '2.2',
  });
  const unknown = deviceIn(['Unknown/unsupported device (Device ID: 0x7ab)']);
  assert.equal(unknown?.productId, 0x7ab);
  assert.equal(deviceIn(['Failed to init device, timeout.']), undefined);
  assert.ok(
    refusesToRead(['Got NACK from device on command 0x11', 'Failed to read memory at address 0x1ffff7e0']),
  );
  assert.ok(!refusesToRead(['Failed to read memory at address 0x1ffff7e0, target write-protected?']));
});

test('the loader is met with even parity unless the station says otherwise; a pseudo-terminal has none', async () => {
  const modeOf = async (path: string, loaderParity?: 'none' | 'even' | 'odd') =>
    (
      await lineArgs({ path, baudRate: 9600, parity: 'none', ...(loaderParity && { loaderParity }) }, 57_600)
    ).join(' ');
  assert.equal(await modeOf('/dev/ttyUSB0'), '-b 57600 -m 8e1');
  assert.equal(await modeOf('/dev/ttyUSB0', 'none'), '-b 57600 -m 8n1');
  assert.equal(await modeOf('/dev/ttyUSB0', 'odd'), '-b 57600 -m 8o1');
  assert.equal(await modeOf('/dev/pts/0', 'even'), '-b 57600 -m 8n1');
});
