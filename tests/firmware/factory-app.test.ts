import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEspImage } from '../../firmware/build-esp-image.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { programProblems } from '../../firmware/factory-app-check.js';
import { encodeProgram, findProgram } from '../../firmware/factory-app-codec.js';
import { findEspProgram } from '../../firmware/esp-program.js';
import type { FactoryAppProgram } from '../../firmware/factory-app.js';
import { handMadeImage, smallImage } from './samples.js';

/** An image with these bytes in its mapped and in its loaded segment. */
function imageWith(mapped: Buffer, loaded: Buffer = Buffer.alloc(16)): Buffer {
  return buildEspImage({
    chip: 'esp32',
    entry: 0x40080000,
    segments: [
      { address: 0x3f400020, data: mapped },
      { address: 0x40080000, data: loaded },
    ],
  });
}

test('the program of an image is found again as it was', () => {
  assert.deepEqual(findEspProgram(smallImage('app'))?.program, demoProgram);
});

test('the program is found in a flash array that goes on behind the image', () => {
  const inFlash = Buffer.concat([smallImage('app'), Buffer.alloc(0x4000, 0xff)]);
  assert.deepEqual(findEspProgram(inFlash)?.program, demoProgram);
});

test('bytes of another format carry the program and its version, at any whole word', () => {
  const program = encodeProgram(demoProgram, { version: '2.0.1' });
  const image = Buffer.concat([Buffer.alloc(0x1c, 0xff), program, Buffer.alloc(64)]);
  assert.deepEqual(findProgram(image), { program: demoProgram, version: '2.0.1' });
  assert.equal(findProgram(Buffer.concat([Buffer.alloc(2), program])), undefined);
  assert.equal(findProgram(Buffer.alloc(4096, 0xff)), undefined);
});

test('a version that no banner can show is refused', () => {
  assert.throws(
    () => encodeProgram(demoProgram, { version: '' }),
    /version is "", expected 1 to 31 characters/,
  );
  assert.throws(() => encodeProgram(demoProgram, { version: '1.0\n' }), /version is "1.0\\n"/);
});

test('texts of every language survive', () => {
  const program = { ...demoProgram, ready: 'Prüfstand bereit · 準備完了', bootLines: [] };
  assert.deepEqual(findEspProgram(imageWith(encodeProgram(program))), { program });
});

test('firmware that was not made for the bench has no program', () => {
  assert.equal(findEspProgram(handMadeImage()), undefined);
  assert.equal(findEspProgram(smallImage('bootloader')), undefined);
  assert.equal(findEspProgram(Buffer.alloc(4096, 0xff)), undefined);
});

test('only data that is mapped from flash is searched, and only at whole words', () => {
  const program = encodeProgram(demoProgram);
  assert.equal(findEspProgram(imageWith(Buffer.alloc(64), program)), undefined);
  assert.equal(findEspProgram(imageWith(Buffer.concat([Buffer.alloc(2), program]))), undefined);
});

test('a damaged program is refused instead of being taken for none', () => {
  const program = encodeProgram(demoProgram);
  const changed = Buffer.from(program);
  changed.write('X', program.length - 40, 'latin1');
  assert.throws(
    () => findEspProgram(imageWith(changed)),
    /^RigError: IMAGE_INVALID: the program of the image is damaged/,
  );
  assert.throws(
    () => findEspProgram(imageWith(program.subarray(0, 200))),
    /the program of the image is damaged/,
  );
  assert.throws(
    () => findEspProgram(imageWith(program.subarray(0, 12))),
    /the program of the image is cut short/,
  );
});

const { join, networks } = demoProgram.wifi;
const mistakes: [string, unknown, string][] = [
  ['another format', { ...demoProgram, format: 2 }, 'program.format is 2, expected 1'],
  [
    'a long project name',
    { ...demoProgram, project: 'p'.repeat(32) },
    'expected 1 to 31 characters of ASCII',
  ],
  [
    'a boot line with a line end',
    { ...demoProgram, bootLines: ['one\ntwo'] },
    'program.bootLines is ["one\\ntwo"], expected a list of lines',
  ],
  [
    'an empty ready line',
    { ...demoProgram, ready: '' },
    'program.ready is "", expected a line of text that is not empty',
  ],
  [
    'a negative time',
    { ...demoProgram, readyAfterMs: -1 },
    'program.readyAfterMs is -1, expected a number of milliseconds from 0',
  ],
  [
    'an unknown command',
    { ...demoProgram, commands: ['dance'] },
    'program.commands is ["dance"], expected a list of help, info',
  ],
  ['no memory figures', { ...demoProgram, memory: undefined }, 'memory is missing or not an object'],
  [
    'a heap that is no number',
    { ...demoProgram, memory: { ...demoProgram.memory, heapFreeBytes: 'many' } },
    'memory.heapFreeBytes is "many", expected a whole number from 0',
  ],
  [
    'a channel outside of the band',
    {
      ...demoProgram,
      wifi: { ...demoProgram.wifi, networks: [{ ...networks[0], channel: 36 }, ...networks] },
    },
    'wifi.networks[0].channel is 36, expected 1 to 14',
  ],
  [
    'a network to join that is not there',
    { ...demoProgram, wifi: { ...demoProgram.wifi, join: { ...join, ssid: 'gone' } } },
    'wifi.join.ssid is not among wifi.networks',
  ],
  [
    'a sensor without spread',
    { ...demoProgram, sensor: { ...demoProgram.sensor, humidityPercent: { typical: 40 } } },
    'sensor.humidityPercent is {"typical":40}, expected { typical, spread }',
  ],
];
for (const [name, program, expected] of mistakes) {
  test(`${name} is refused when the program is encoded`, () => {
    assert.equal(programProblems(program).length, 1);
    assert.throws(
      () => encodeProgram(program as FactoryAppProgram),
      (thrown) => thrown instanceof Error && thrown.message.includes(expected),
    );
  });
}
