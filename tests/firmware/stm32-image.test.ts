import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chipFlashOf } from '../../firmware/chip-flash.js';
import { findProgram } from '../../firmware/factory-app-codec.js';
import { demoF103, demoF411 } from '../../firmware/stm32-demo.js';
import { buildStm32Image } from '../../firmware/stm32-image.js';
import { recogniseFormat } from '../../firmware/validation/recognise.js';
import { checkStm32File } from '../../firmware/validation/stm32-check.js';

test('a demo image is as long as wanted, valid for its chip alone, and the same each time', () => {
  for (const options of [demoF103, demoF411]) {
    const image = buildStm32Image(options);
    assert.equal(image.length, options.appSizeBytes);
    assert.ok(image.equals(buildStm32Image(options)));
    const chip = chipFlashOf(options.chip);
    assert.ok(chip);
    assert.deepEqual(checkStm32File(image, { chip, offset: 0, format: recogniseFormat(image) }), []);
  }
  const f103 = chipFlashOf('stm32f103');
  assert.ok(f103);
  const stranger = buildStm32Image(demoF411);
  const findings = checkStm32File(stranger, { chip: f103, offset: 0, format: recogniseFormat(stranger) });
  assert.match(findings[0]?.what ?? '', /initial stack pointer is 0x20020000/);
});

test('the program with its version stands at the end, so that a part of the image has none', () => {
  const image = buildStm32Image(demoF103);
  assert.deepEqual(findProgram(image), { version: '1.2.0', program: demoF103.program });
  const half = image.subarray(0, image.length / 2);
  assert.equal(findProgram(half), undefined);
});

test('an image that is too short for its program is refused', () => {
  assert.throws(
    () => buildStm32Image({ ...demoF103, appSizeBytes: 600 }),
    /does not fit into an image of 600/,
  );
  assert.throws(() => buildStm32Image({ ...demoF103, chip: 'esp32' }), /esp32 is no chip with RAM/);
});
