import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signatureIn, toolError } from '../../drivers/flash/avrdude/output.js';
import { watchStk, type PageEvent } from '../../drivers/flash/avrdude/stk-watch.js';
import { avrChipNamed, avrChips } from '../../firmware/avr-chips.js';

const sync = Buffer.from([0x30, 0x20]);
const answer = Buffer.from([0x14, 0x10]);
const page = Buffer.alloc(128, 0x5a);
const load = Buffer.from([0x55, 0x40, 0x00, 0x20]);
const program = Buffer.concat([Buffer.of(0x64, 0, 128, 0x46), page, Buffer.of(0x20)]);
const read = Buffer.of(0x74, 0, 128, 0x46, 0x20);

test('every page that was acknowledged is reported, however the bytes are cut', () => {
  for (const size of [1, 3, 7, 64, 1000]) {
    const pages: PageEvent[] = [];
    const watch = watchStk((seen) => pages.push(seen));
    const passed: Buffer[] = [];
    const exchange = (question: Buffer, reply: Buffer) => {
      for (let at = 0; at < question.length; at += size)
        passed.push(watch.fromTool(question.subarray(at, at + size)));
      assert.ok(watch.isWaiting);
      for (let at = 0; at < reply.length; at += size) watch.fromBoard(reply.subarray(at, at + size));
      assert.ok(!watch.isWaiting);
    };
    exchange(load, answer);
    exchange(program, answer);
    exchange(load, answer);
    exchange(read, Buffer.concat([Buffer.of(0x14), page, Buffer.of(0x10)]));
    const both = pages.map(({ kind, address, data }) => ({ kind, address, data: Buffer.from(data) }));
    assert.deepEqual(both, [
      { kind: 'program', address: 0x80, data: page },
      { kind: 'read', address: 0x80, data: page },
    ]);
    assert.deepEqual(Buffer.concat(passed), Buffer.concat([load, program, load, read]));
  }
});

test('a question for sync is kept from the board while another is open', () => {
  const watch = watchStk(() => assert.fail());
  assert.deepEqual(watch.fromTool(sync), sync);
  assert.equal(watch.fromTool(sync).length, 0);
  watch.fromBoard(answer);
  assert.deepEqual(watch.fromTool(sync), sync);
});

test('text of a firmware in place of an answer acknowledges nothing', () => {
  const watch = watchStk(() => assert.fail());
  watch.fromTool(load);
  watch.fromBoard(answer);
  watch.fromTool(program);
  watch.fromBoard(Buffer.from('demo-meter 1.2.0\r\n'));
  assert.equal(watch.address, 0x80);
});

test('what avrdude says when it fails has its code', () => {
  const chip = avrChipNamed('atmega328p') ?? avrChips[0];
  assert.ok(chip);
  const codeOf = (...lines: string[]) =>
    toolError(lines, {
      path: '/dev/ttyUSB0',
      chip,
      doing: 'writing app',
      refused: 'FLASH_WRITE_FAILED',
      place: '',
    }).code;
  const signature = 'avrdude: device signature = 0x1e9801 (probably m2560)';
  const expected = 'avrdude error: expected signature for ATmega328P is 1E 95 0F';
  assert.equal(signatureIn([signature]), '1e9801');
  assert.equal(codeOf(signature, expected), 'WRONG_CHIP');
  assert.equal(codeOf('avrdude error: verification mismatch'), 'FLASH_VERIFY_MISMATCH');
  assert.equal(codeOf('avrdude: verification error, first mismatch at byte 0x0100'), 'FLASH_VERIFY_MISMATCH');
  assert.equal(codeOf('avrdude error: programmer is not responding'), 'FLASH_STALLED');
  assert.equal(codeOf('avrdude warning: attempt 10 of 10: not in sync: resp=0x1f'), 'FLASH_PROTOCOL');
  assert.equal(codeOf('avrdude error: protocol expects OK byte 0x10 but got 0x00'), 'FLASH_PROTOCOL');
  assert.equal(codeOf('avrdude error: cannot open output file'), 'TOOL_FAILED');
});
