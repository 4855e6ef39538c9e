import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFlashArray } from '../../bench/flash-array.js';

const sizeBytes = 1024 * 1024;

test('a new chip is erased and its JEDEC id names its size', () => {
  const flash = createFlashArray({ sizeBytes: 4 * sizeBytes });
  assert.deepEqual(flash.read(0x1000, 3), Buffer.of(0xff, 0xff, 0xff));
  assert.equal(flash.jedecId, 0x1640ef);
  assert.equal(createFlashArray({ sizeBytes: 16 * sizeBytes }).jedecId, 0x1840ef);
});

test('writing clears bits only, and erasing sets whole sectors', () => {
  const flash = createFlashArray({ sizeBytes });
  assert.ok(flash.write(0x1ffe, Buffer.of(0xf0, 0x0f, 0x55)));
  assert.ok(flash.write(0x1ffe, Buffer.of(0x3f, 0xff, 0xaa)));
  assert.deepEqual(flash.read(0x1ffe, 3), Buffer.of(0x30, 0x0f, 0x00));
  assert.ok(flash.erase(0x1abc, 1));
  assert.deepEqual(flash.read(0x1ffe, 3), Buffer.of(0xff, 0xff, 0x00));
});

test('flash inside a chip has sectors of its own size, any number of them, and no JEDEC id', () => {
  const flash = createFlashArray({ sizeBytes: 3 * 1024, internalSectorBytes: 1024 });
  assert.equal(flash.jedecId, 0);
  flash.write(0, Buffer.alloc(3 * 1024, 0));
  assert.ok(flash.erase(1024, 1024));
  assert.deepEqual(
    flash.read(1023, 1026),
    Buffer.concat([Buffer.of(0), Buffer.alloc(1024, 0xff), Buffer.of(0)]),
  );
  assert.throws(
    () => createFlashArray({ sizeBytes: 1500, internalSectorBytes: 1024 }),
    /no whole sectors of 1024/,
  );
});

test('what is outside the chip cannot be written or erased', () => {
  const flash = createFlashArray({ sizeBytes });
  assert.ok(!flash.write(sizeBytes - 1, Buffer.of(0, 0)));
  assert.ok(!flash.erase(sizeBytes, 4096));
  assert.deepEqual(flash.read(sizeBytes - 1, 2), Buffer.of(0xff, 0xff));
});

test('a bad cell never gives back what was written, whatever it was', () => {
  const address = 0x12345;
  const flash = createFlashArray({ sizeBytes, faults: [{ kind: 'bad-cell', address }] });
  for (let value = 0; value < 256; value += 1) {
    flash.erase(address, 1);
    flash.write(address, Buffer.of(value));
    assert.notEqual(flash.read(address, 1)[0], value);
    assert.notEqual(flash.read(0x12000, 4096)[0x345], value);
  }
  flash.erase(address, 1);
  assert.notEqual(flash.read(address, 1)[0], 0xff);
  assert.equal(flash.read(address + 1, 1)[0], 0xff);
});

test('a size that no chip has is refused with the sizes that there are', () => {
  assert.throws(() => createFlashArray({ sizeBytes: 3_000_000 }), /power of two/);
});
