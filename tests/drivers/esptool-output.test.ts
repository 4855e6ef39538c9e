import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolError } from '../../drivers/flash/esptool-output.js';

const board = { chip: 'esp32', path: '/dev/ttyUSB0', refused: 'FLASH_WRITE_FAILED' } as const;

for (const [version, words] of [
  ['4.8 and 5.2', 'No serial data received.'],
  ['4.8 and 5.2', 'The chip stopped responding.'],
  ['5.6', 'No more data to read from the serial port. This can have many causes.'],
] as const) {
  test(`a loader that stopped is stalled in the words of ${version}: ${words}`, () => {
    const lines = ['Writing at 0x00014000 [====>     ] 33.3%', `A fatal error occurred: ${words}`];
    const error = toolError(lines, board);
    assert.equal(error.code, 'FLASH_STALLED');
    assert.ok(error.message.includes(words), error.message);
  });
}
