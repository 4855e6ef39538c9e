import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram } from '../../firmware/factory-app-codec.js';
import { buildRp2040Image, buildRp2040Uf2, demoPico } from '../../firmware/rp2040-demo.js';
import { boot2Problem, imageIsWhole, vectorProblem } from '../../firmware/rp2040-image.js';
import { inspectUf2, uf2Families } from '../../firmware/uf2.js';

const image = buildRp2040Image(demoPico);

function changed(at: number, change: (byte: number) => number): Buffer {
  const bytes = Buffer.from(image);
  bytes.writeUInt8(change(bytes.readUInt8(at)), at);
  return bytes;
}

test('the demo image is what the boot ROM and its own test want, and says its version', () => {
  assert.equal(image.length, demoPico.appSizeBytes);
  assert.equal(boot2Problem(image), undefined);
  assert.equal(vectorProblem(image), undefined);
  assert.equal(imageIsWhole(image), true);
  assert.deepEqual(findProgram(image), { program: demoPico.program, version: '1.2.0' });
  assert.ok(buildRp2040Image(demoPico).equals(image));
  assert.ok(!buildRp2040Image({ ...demoPico, seed: 1 }).equals(image));
});

test('the demo file brings the image to the start of flash, for this chip', () => {
  const { problems, familyId, segments } = inspectUf2(buildRp2040Uf2(demoPico));
  assert.deepEqual(problems, []);
  assert.equal(familyId, uf2Families['rp2040']);
  assert.deepEqual(segments, [{ address: 0x10000000, data: image }]);
});

test('every bit counts, in the second stage and behind it', () => {
  for (const at of [0, 100, 251, 252, 255]) {
    assert.match(
      boot2Problem(changed(at, (byte) => byte ^ 0x10)) ?? '',
      /^the CRC of the second stage is 0x\w{8}, but 0x\w{8}/,
    );
  }
  for (const at of [0, 0x120, 0x1d0, 0x8000, image.length - 1]) {
    assert.equal(imageIsWhole(changed(at, (byte) => byte ^ 1)), false, `at ${at}`);
  }
});

test('an image without a sum is not judged', () => {
  assert.equal(imageIsWhole(changed(0x1c0, () => 0)), undefined);
  assert.equal(imageIsWhole(Buffer.alloc(64)), undefined);
  // A sum that speaks of more than there is.
  assert.equal(imageIsWhole(image.subarray(0, 0x1000)), false);
});

test('a vector table must lead to RAM and to Thumb code in flash', () => {
  const withWords = (stack: number, reset: number): Buffer => {
    const bytes = Buffer.from(image);
    bytes.writeUInt32LE(stack, 0x100);
    bytes.writeUInt32LE(reset, 0x104);
    return bytes;
  };
  assert.equal(vectorProblem(withWords(0x20042000, 0x10000201)), undefined);
  assert.match(vectorProblem(withWords(0x20042004, 0x10000201)) ?? '', /stack pointer is 0x20042004/);
  assert.match(vectorProblem(withWords(0, 0x10000201)) ?? '', /stack pointer is 0x00000000/);
  assert.match(vectorProblem(withWords(0x20040000, 0x10000200)) ?? '', /reset vector is 0x10000200/);
  assert.match(vectorProblem(withWords(0x20040000, 0xffffffff)) ?? '', /reset vector is 0xffffffff/);
  assert.match(vectorProblem(Buffer.alloc(100)) ?? '', /100 bytes have no vector table/);
  assert.match(boot2Problem(Buffer.alloc(100)) ?? '', /100 bytes are no second stage/);
});

test('a length that cannot be is refused', () => {
  for (const appSizeBytes of [0x1000, 0x2080]) {
    assert.throws(() => buildRp2040Image({ ...demoPico, appSizeBytes }), RangeError);
  }
});
