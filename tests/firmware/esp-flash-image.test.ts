import assert from 'node:assert/strict';
import { test } from 'node:test';
import { espChipNamed } from '../../firmware/esp-chips.js';
import { readEspFlashImage } from '../../firmware/esp-flash-image.js';
import { buildPartitionTable } from '../../firmware/partition-table.js';
import { frameworkOf } from '../../firmware/validation/framework.js';
import { inspectFirmware } from '../../firmware/validation/inspect-firmware.js';
import { validateFirmware } from '../../firmware/validation/validate-firmware.js';
import { smallImage } from './samples.js';

const now = new Date('2026-01-01');

/** The small release as `esptool merge-bin` joins it: from the start of flash, or from the bootloader on. */
function merged({ from = 0, app = smallImage('app'), table = smallImage('partitions') } = {}): Buffer {
  const flash = Buffer.alloc(0x10000 + app.length, 0xff);
  smallImage('bootloader').copy(flash, 0x1000);
  table.copy(flash, 0x8000);
  app.copy(flash, 0x10000);
  return flash.subarray(from);
}

function errors(bytes: Buffer, chip = 'esp32'): string[] {
  return validateFirmware(bytes, { chip, flashBytes: 4 << 20, now })
    .filter(({ severity }) => severity === 'error')
    .map(({ offset = -1, what }) => `${offset.toString(16)} ${what}`);
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[offset] = (changed[offset] ?? 0) ^ 1;
  return changed;
}

test('a flash image is accepted, from the start of flash and from its bootloader on', () => {
  assert.deepEqual(errors(merged()), []);
  assert.deepEqual(errors(merged({ from: 0x1000 })), []);
  assert.equal(inspectFirmware(merged(), now).format, 'esp-flash');
  assert.deepEqual(inspectFirmware(merged(), now).fits, ['esp32']);
  assert(inspectFirmware(merged(), now).partitions?.some(({ label }) => label === 'factory'));
});

test('each part of a flash image is looked into, and named with its place in the file', () => {
  assert.match(errors(flipped(merged(), 0x1100)).join(), /^\w+ bootloader: the (?:checksum|appended)/);
  assert.match(errors(flipped(merged(), 0x8024)).join(), /^80\w\w partitions: /);
  assert.match(errors(flipped(merged(), 0x12345)).join(), /^1\w{4} factory: the (?:checksum|appended)/);
  assert.match(errors(flipped(merged({ from: 0x1000 }), 0x11345)).join(), /^1\w{4} factory: /);
  assert.match(errors(merged().subarray(0, 0x15000)).join(), /factory: segment .* only/);
});

test('a flash image without an application, or for another chip, is refused', () => {
  assert.match(errors(merged().subarray(0, 0x10000)).join(), /no partition for an application has anything/);
  assert.match(errors(merged(), 'esp32s2').join(), /^100c bootloader: the image is for esp32/);
  assert.match(errors(merged(), 'esp32c3').join(), /the first byte is 0xff/);
});

test('a slot that holds something else than an image only warns while another one has an image', () => {
  const slot = { type: 0, encrypted: false, sizeBytes: 0x10000 };
  const table = buildPartitionTable([
    { ...slot, label: 'safe', subtype: 0, offset: 0x10000 },
    { ...slot, label: 'app0', subtype: 0x10, offset: 0x20000 },
  ]);
  const page = Buffer.from('<html>404</html>'.padEnd(0x10000));
  const both = Buffer.concat([page, smallImage('app')]);
  const findings = validateFirmware(merged({ table, app: both }), { chip: 'esp32', now });
  assert.deepEqual(
    findings.map(({ severity, offset }) => [severity, offset]),
    [['warning', 0x10000]],
  );
  assert.match(errors(merged({ table, app: page })).join(), /safe: the first byte is 0x3c/);
});

test('an application alone is no flash image, whatever stands at the place of a table', () => {
  const esp32 = espChipNamed('esp32');
  assert(esp32);
  const app = smallImage('app');
  assert.equal(readEspFlashImage(app, esp32), undefined);
  const table = smallImage('partitions');
  const damaged = flipped(table, 0x24);
  const lookalike = Buffer.concat([app.subarray(0, 0x7000), damaged, app]);
  assert.equal(readEspFlashImage(lookalike, esp32), undefined);
});

test('the framework of a flash image is that of its application', () => {
  assert.deepEqual(frameworkOf(merged()), frameworkOf(smallImage('app')));
  assert.deepEqual(frameworkOf(merged({ from: 0x1000 })), frameworkOf(smallImage('app')));
});
