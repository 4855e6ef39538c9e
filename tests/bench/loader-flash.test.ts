import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { startSession, words } from './loader-session.js';
import { noise } from './wire-rig.js';

const options = { timeout: 10_000 };
const flashBegin = 0x02;
const flashData = 0x03;
const flashEnd = 0x04;
const deflateBegin = 0x10;
const deflateData = 0x11;
const deflateEnd = 0x12;
const flashMd5 = 0x13;
const readFlash = 0xd2;
const stay = words(1);
type Session = ReturnType<typeof startSession>;

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

async function stubSession(
  t: Parameters<typeof startSession>[0],
  faults: Parameters<typeof startSession>[1] = {},
) {
  const session = startSession(t, faults);
  await session.runStub();
  return session;
}

/** Sends a zlib stream in blocks; the bodies of the answers, BEGIN's first. */
async function deflate(
  session: Session,
  stream: Uint8Array,
  sizeBytes: number,
  offset: number,
  blockBytes: number,
) {
  const blocks = Math.ceil(stream.length / blockBytes);
  const bodies = [(await session.ask(deflateBegin, words(sizeBytes, blocks, blockBytes, offset))).body];
  for (let at = 0; at < stream.length; at += blockBytes) {
    bodies.push((await session.block(deflateData, stream.subarray(at, at + blockBytes))).body);
  }
  return bodies;
}

test('a ROM writes plain blocks, erases what was there, and gives the MD5 in hex', options, async (t) => {
  const session = startSession(t);
  const image = noise(3000);
  session.flash.write(0x10000, Buffer.alloc(8192));
  await session.ask(flashBegin, words(image.length, 3, 0x400, 0x10000));
  for (let at = 0; at < 3072; at += 0x400) {
    const block = Buffer.alloc(0x400, 0xff);
    image.copy(block, 0, at);
    assert.equal((await session.block(flashData, block)).body, '00000000');
  }
  assert.deepEqual(session.flash.read(0x10000, 3000), image);
  assert.deepEqual(
    session.flash.read(0x10bb8, 0x448),
    Buffer.alloc(0x448, 0xff),
    'padding leaves the rest erased',
  );
  assert.equal(session.flash.read(0x11000, 1)[0], 0, 'the next sector is left alone');
  const answer = await session.ask(flashMd5, words(0x10000, image.length, 0, 0));
  assert.equal(Buffer.from(answer.body, 'hex').toString(), `${md5(image)}\0\0\0\0`);
});

test('the ROM of the ESP8266 erases the sectors up to the next block twice', options, async (t) => {
  const cases = [
    // Within a block: as many again.
    { offset: 0x1000, sizeBytes: 0x2000, erased: [0x1000, 0x5000] },
    // Over its end: as many more as there were up to it.
    { offset: 0xe000, sizeBytes: 0x6000, erased: [0xe000, 0x16000] },
  ] as const;
  for (const { offset, sizeBytes, erased } of cases) {
    const session = startSession(t, { chip: 'esp8266' });
    session.flash.write(0, Buffer.alloc(0x20000));
    await session.ask(flashBegin, words(sizeBytes, 4, 0x400, offset));
    const [from, to] = erased;
    assert.deepEqual(session.flash.read(from, to - from), Buffer.alloc(to - from, 0xff));
    assert.deepEqual([session.flash.read(from - 1, 1)[0], session.flash.read(to, 1)[0]], [0, 0]);
    // Half of what is written was asked to be erased, so the blocks count and not the size.
    for (let block = 0; block < 4; block++) await session.block(flashData, Buffer.alloc(0x400, block + 1));
    assert.equal(session.flash.read(offset + 0xfff, 1)[0], 4);
  }
});

test('a ROM programs what it has erased, and no sector more', options, async (t) => {
  const session = startSession(t, { chip: 'esp8266' });
  session.flash.write(0, Buffer.alloc(0x4000));
  await session.ask(flashBegin, words(0, 8, 0x400, 0));
  await session.block(flashData, Buffer.alloc(0x400, 0x5a));
  assert.equal(session.flash.read(0, 1)[0], 0, 'flash that was not erased keeps its zeros');
});

test('a ROM inflates blocks, although its host rounds the size up', options, async (t) => {
  const session = startSession(t);
  const image = noise(5000);
  const bodies = await deflate(session, deflateSync(image), 5120, 0x1000, 0x400);
  assert.ok(
    bodies.every((body) => body === '00000000'),
    bodies.join(),
  );
  assert.equal((await session.ask(deflateEnd, stay)).body, '00000000');
  assert.deepEqual(session.flash.read(0x1000, image.length), image);
});

test('a stub writes both kinds of blocks and gives the MD5 raw', options, async (t) => {
  const session = await stubSession(t);
  const image = noise(40_000);
  const bodies = await deflate(session, deflateSync(image), image.length, 0x10000, 0x4000);
  bodies.push((await session.ask(deflateEnd, stay)).body);
  assert.ok(
    bodies.every((body) => body === '0000'),
    bodies.join(),
  );
  assert.equal((await session.ask(flashMd5, words(0x10000, image.length, 0, 0))).body, `${md5(image)}0000`);
  await session.ask(flashBegin, words(image.length, 3, 0x4000, 0x80000));
  for (let at = 0; at < image.length; at += 0x4000)
    await session.block(flashData, image.subarray(at, at + 0x4000));
  assert.equal((await session.ask(flashEnd, stay)).body, '0000');
  assert.deepEqual(session.flash.read(0x80000, image.length), image);
});

test('a stub takes a block first and says what was wrong with it at the next command', options, async (t) => {
  const session = await stubSession(t);
  const stream = deflateSync(noise(40_000));
  stream[0] = 0;
  const bodies = await deflate(session, stream, 40_000, 0x10000, 0x4000);
  assert.deepEqual(bodies.slice(0, 3), ['0000', '0000', 'c700']);
});

test(
  'a ROM programs a block before it answers, so it refuses the damaged block itself',
  options,
  async (t) => {
    const session = startSession(t);
    const stream = deflateSync(noise(4096));
    stream[0] = 0;
    const bodies = await deflate(session, stream, 4096, 0x10000, 0x400);
    assert.deepEqual(bodies.slice(0, 2), ['00000000', '010b0000']);
  },
);

test('too little and too much data are told apart', options, async (t) => {
  const session = await stubSession(t);
  const stream = deflateSync(noise(4096));
  await deflate(session, stream, 8192, 0, 0x4000);
  assert.equal((await session.ask(deflateEnd, stay)).body, 'c800');
  await deflate(session, stream, 1000, 0, 0x4000);
  assert.equal((await session.ask(deflateEnd, stay)).body, 'c900');
  assert.equal((await session.ask(deflateEnd, stay)).body, 'c600', 'no write is under way any more');
});

test('a block sent twice damages the stream, as it does on the chip', options, async (t) => {
  const session = await stubSession(t);
  const image = noise(40_000);
  const stream = deflateSync(image);
  await session.ask(deflateBegin, words(image.length, 3, 0x4000, 0));
  for (const at of [0, 0, 0x4000, 0x8000]) await session.block(deflateData, stream.subarray(at, at + 0x4000));
  await session.ask(deflateEnd, stay);
  assert.notEqual((await session.ask(flashMd5, words(0, image.length, 0, 0))).body.slice(0, 32), md5(image));
});

test('what lies beyond the chip is refused by ROM and stub', options, async (t) => {
  const session = startSession(t);
  const end = session.flash.sizeBytes;
  assert.equal((await session.ask(flashBegin, words(4096, 4, 0x400, end + 4096))).body, '01060000');
  assert.equal((await session.ask(flashMd5, words(end - 10, 20, 0, 0))).body, '01090000');
  await session.runStub();
  await session.ask(flashBegin, words(8192, 1, 0x4000, end - 4096));
  await session.block(flashData, Buffer.alloc(8192));
  assert.equal((await session.ask(flashEnd, stay)).body, 'c400');
  assert.equal((await session.ask(0xd1, words(end, 4096))).body, 'c400');
});

test('FLASH_END with 0 is answered and then resets the chip', options, async (t) => {
  const session = await stubSession(t);
  await session.ask(flashBegin, words(0, 0, 0x4000, 0));
  assert.equal((await session.ask(flashEnd, words(0))).body, '0000');
  assert.equal(session.resets(), 1);
  session.send(0x08, Buffer.alloc(36));
  assert.equal(session.pending(), 0);
});

test('the ROM reads 64 bytes at a time', options, async (t) => {
  const session = startSession(t);
  session.flash.write(0x100, Buffer.from('abc'));
  assert.equal((await session.ask(0x0e, words(0x100, 3))).body, `616263${'00'.repeat(61)}00000000`);
  assert.equal((await session.ask(0x0e, words(0x100, 65))).body, '010a0000');
});

test(
  'the stub streams a read no further than the host allows and ends it with the digest',
  options,
  async (t) => {
    const session = await stubSession(t);
    const image = noise(10_000);
    session.flash.write(0x2000, image);
    await session.ask(readFlash, words(0x2000, image.length, 1000, 4));
    let received = Buffer.alloc(0);
    while (received.length < image.length) {
      assert.ok(session.pending() <= 4, `${session.pending()} blocks under way`);
      received = Buffer.concat([received, await session.frame()]);
      session.sendFrame(words(received.length));
    }
    assert.deepEqual(received, image);
    assert.equal((await session.frame()).toString('hex'), md5(image));
    assert.equal((await session.ask(0x0a, words(0x40001000))).value, 0x00f01d83, 'commands work again');
  },
);

test('regions and the whole chip are erased', options, async (t) => {
  const session = await stubSession(t);
  for (const offset of [0x1000, 0x2000, 0x3000]) session.flash.write(offset, Buffer.of(0));
  assert.equal((await session.ask(0xd1, words(0x2000, 0x1000))).body, '0000');
  assert.deepEqual(
    [0x1000, 0x2000, 0x3000].map((offset) => session.flash.read(offset, 1)[0]),
    [0, 0xff, 0],
  );
  assert.equal((await session.ask(0xd1, words(0x2001, 0x1000))).body, 'c200');
  assert.equal((await session.ask(0xd0)).body, '0000');
  assert.equal(session.flash.read(0x1000, 1)[0], 0xff);
});

test('a bad cell is acknowledged like any other and shows in the digest', options, async (t) => {
  const session = await stubSession(t, { faults: [{ kind: 'bad-cell', address: 0x10100 }] });
  const image = noise(4096);
  const bodies = await deflate(session, deflateSync(image), image.length, 0x10000, 0x4000);
  bodies.push((await session.ask(deflateEnd, stay)).body);
  assert.ok(
    bodies.every((body) => body === '0000'),
    bodies.join(),
  );
  assert.notEqual((await session.ask(flashMd5, words(0x10000, 4096, 0, 0))).body.slice(0, 32), md5(image));
});

test('a loader that hangs takes its share of the blocks and is silent from then on', options, async (t) => {
  const session = await stubSession(t, { faults: [{ kind: 'hang', percent: 50 }] });
  await session.ask(flashBegin, words(0x10000, 4, 0x4000, 0x10000));
  assert.equal((await session.block(flashData, noise(0x4000))).body, '0000');
  void session.block(flashData, noise(0x4000));
  session.send(0x08, Buffer.alloc(36));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(session.pending(), 0);
  assert.equal(session.flash.read(0x14000, 1)[0], 0xff, 'the block after which it hangs is not programmed');
});
