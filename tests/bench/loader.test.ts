import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSlip } from '../../bench/loader/slip.js';
import { startSession, words } from './loader-session.js';

const options = { timeout: 10_000 };
const syncData = Buffer.concat([Buffer.of(7, 7, 0x12, 0x20), Buffer.alloc(32, 0x55)]);
const readReg = 0x0a;

test('the ROM answers SYNC eight times with its mark, a running stub with 0', options, async (t) => {
  const session = startSession(t);
  session.send(0x08, syncData);
  for (let time = 0; time < 8; time += 1) {
    assert.equal((await session.frame()).toString('hex'), '010804000707122000000000');
  }
  await session.runStub();
  session.send(0x08, syncData);
  for (let time = 0; time < 8; time += 1) {
    assert.equal((await session.frame()).toString('hex'), '01080200000000000000');
  }
  assert.equal(session.pending(), 0);
});

test('frames are found between boot chatter and in whatever pieces they come', options, async (t) => {
  const session = startSession(t);
  const request = Buffer.from('c0000a04000000000000100040c0', 'hex');
  session.raw(Buffer.from('waiting for download\r\n'));
  for (const byte of request) session.raw(Buffer.of(byte));
  assert.equal((await session.frame()).toString('hex'), '010a0400831df00000000000');
});

test('escapes stand for END and ESC in both directions', () => {
  assert.equal(encodeSlip(Buffer.of(0xc0, 1, 0xdb)).toString('hex'), 'c0dbdc01dbddc0');
});

test('MAC, revision and magic of each chip are where its host looks for them', options, async (t) => {
  const cases = [
    { chip: 'esp32', magic: 0x00f01d83, mac: 0x3ff5a004 },
    { chip: 'esp32s3', magic: 0x00000009, mac: 0x60007044 },
    { chip: 'esp32c3', magic: 0x1b31506f, mac: 0x60008844 },
  ];
  for (const { chip, magic, mac } of cases) {
    const session = startSession(t, { chip });
    assert.equal((await session.ask(readReg, words(0x40001000))).value, magic);
    assert.equal((await session.ask(readReg, words(mac))).value, 0x28aabbcc);
    assert.equal((await session.ask(readReg, words(mac + 4))).value & 0xffff, 0x246f);
  }
});

test(
  'the security information names the chip, and an ESP32 does not know the command',
  options,
  async (t) => {
    const body = async (chip: string) => (await startSession(t, { chip }).ask(0x14)).body;
    assert.equal(await body('esp32s3'), '00'.repeat(12) + '09000000' + '00000000' + '00000000');
    assert.equal(await body('esp32c3'), '00'.repeat(12) + '05000000' + '00000000' + '00000000');
    assert.equal(await body('esp32'), '01050000');
  },
);

test('the ESP8266 holds its MAC in its own way, and the divider that says 26 MHz', options, async (t) => {
  const session = startSession(t, { chip: 'esp8266' });
  const read = async (address: number) => (await session.ask(readReg, words(address))).value;
  assert.equal(await read(0x40001000), 0xfff0c101);
  assert.equal(await read(0x3ff00050), 0xcc000000);
  assert.equal(await read(0x3ff00054), 0x0000aabb);
  assert.equal(await read(0x3ff0005c), 0x00246f28);
  session.measured(115_200);
  assert.equal(await read(0x60000014), 451);
  assert.deepEqual(session.rates, [74_880]);
});

test(
  'the ROM of the ESP8266 answers with two status bytes and knows the first commands only',
  options,
  async (t) => {
    const session = startSession(t, { chip: 'esp8266' });
    session.send(0x08, syncData);
    assert.equal((await session.frame()).toString('hex'), '01080200070712200000');
    for (const op of [0x0b, 0x0d, 0x0e, 0x0f, 0x10, 0x13, 0x14, 0xd0]) {
      assert.equal((await session.ask(op, words(0, 0, 0, 0))).body, '0105', `op ${op}`);
    }
    assert.equal((await session.ask(0x02, words(0, 0, 0x400, 0))).body, '0000');
    await session.runStub();
    assert.equal((await session.ask(0x0d, words(0))).body, '0000');
    assert.equal((await session.ask(0x14)).body, 'ff00');
    session.send(0xd3, Buffer.alloc(0));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(session.resets(), 1, 'RUN_USER_CODE starts what is in flash, without an answer');
  },
);

test(
  'the flash id of an ESP8266 is there once the flash is attached, and as long as USR1 says',
  options,
  async (t) => {
    const session = startSession(t, { chip: 'esp8266' });
    const spi = 0x60000200;
    const readId = async (usr1: number) => {
      for (const [offset, value] of [
        [0x20, usr1],
        [0x24, 0x7000009f],
        [0, 1 << 18],
      ] as const) {
        await session.ask(0x09, words(spi + offset, value, 0xffffffff, 0));
      }
      return (await session.ask(readReg, words(spi + 0x40))).value;
    };
    assert.equal(await readId(23 << 8), 0);
    await session.ask(0x02, words(0, 0, 0x400, 0));
    assert.equal(await readId(23 << 8), 0x1640ef);
    assert.equal(await readId(7 << 8), 0xef);
  },
);

test('a wrong chip answers as what it is', options, async (t) => {
  const session = startSession(t, { faults: [{ kind: 'wrong-chip', chip: 'esp32c3' }] });
  assert.equal((await session.ask(readReg, words(0x40001000))).value, 0x1b31506f);
});

test(
  'registers keep what is written under its mask, and several writes fit in one command',
  options,
  async (t) => {
    const session = startSession(t);
    await session.ask(0x09, words(0x3ff48000, 0x12345678, 0xffffffff, 0, 0x3ff48000, 0xff, 0x0f, 0));
    assert.equal((await session.ask(readReg, words(0x3ff48000))).value, 0x1234567f);
  },
);

test('the flash id comes through the flash controller', options, async (t) => {
  const session = startSession(t);
  const spi = 0x3ff42000;
  for (const [offset, value] of [
    [0x2c, 23],
    [0x1c, 0x90000000],
    [0x24, 0x7000009f],
    [0x80, 0],
    [0, 1 << 18],
  ] as const) {
    await session.ask(0x09, words(spi + offset, value, 0xffffffff, 0));
  }
  assert.equal((await session.ask(readReg, words(spi))).value, 0);
  assert.equal((await session.ask(readReg, words(spi + 0x80))).value, 0x1640ef);
});

test(
  'ROM and stub refuse an unknown command, a wrong length and a wrong checksum, each in its own way',
  options,
  async (t) => {
    const session = startSession(t);
    assert.equal((await session.ask(0x77)).body, '01050000');
    assert.equal((await session.ask(0xd0)).body, '01050000', 'ERASE_FLASH is the stub’s');
    await session.ask(0x05, words(16, 1, 0x1800, 0x400be000));
    assert.equal(
      (await session.ask(0x07, Buffer.concat([words(16, 0, 0, 0), Buffer.alloc(15)]))).body,
      '01050000',
    );
    assert.equal((await session.block(0x07, Buffer.alloc(16), 0)).body, '01070000');
    await session.runStub();
    assert.equal((await session.ask(0x77)).body, 'ff00');
    assert.equal((await session.ask(0x0e, words(0, 64))).body, 'ff00', 'READ_FLASH_SLOW is the ROM’s');
    await session.ask(0x02, words(16, 1, 0x4000, 0));
    assert.equal((await session.block(0x03, Buffer.alloc(16), 0)).body, 'c100');
  },
);

test('memory is filled only where there is RAM, and only complete code is started', options, async (t) => {
  const session = startSession(t);
  assert.equal((await session.ask(0x05, words(16, 1, 0x1800, 0x10000000))).body, '010f0000');
  assert.equal((await session.ask(0x05, words(0x10000, 1, 0x1800, 0x400c0000))).body, '010e0000');
  await session.ask(0x05, words(32, 1, 0x1800, 0x400be000));
  await session.block(0x07, Buffer.alloc(16, 1));
  assert.equal((await session.ask(0x06, words(0, 0x400be000))).body, '01060000');
  assert.equal((await session.ask(0x06, words(1, 0))).body, '01060000');
  await session.block(0x07, Buffer.alloc(16, 1));
  assert.equal((await session.ask(0x06, words(1, 0))).body, '00000000');
  assert.equal(session.resets(), 0);
});

test('a jump to where nothing was uploaded resets the chip', options, async (t) => {
  const session = startSession(t);
  await session.ask(0x05, words(16, 1, 0x1800, 0x400be000));
  await session.block(0x07, Buffer.alloc(16, 1));
  await session.ask(0x06, words(0, 0x40080000));
  assert.equal(session.resets(), 1);
});

test('the baud rate changes after the answer, in ROM and stub', options, async (t) => {
  const session = startSession(t);
  assert.equal((await session.ask(0x0f, words(921_600, 0))).body, '00000000');
  await session.runStub();
  assert.equal((await session.ask(0x0f, words(460_800, 921_600))).body, '0000');
  assert.deepEqual(session.rates, [115_200, 921_600, 460_800]);
});

test('a dead board and a stopped loader say nothing', options, async (t) => {
  const dead = startSession(t, { faults: [{ kind: 'dead' }] });
  dead.send(0x08, syncData);
  const stopped = startSession(t);
  stopped.stop();
  stopped.stop();
  stopped.send(0x08, syncData);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(dead.pending() + stopped.pending(), 0);
});
