// One test for each trap of esptool-js 0.7.0 that the driver has to stay out of.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mock, test } from 'node:test';
import { writeBlock } from '../../drivers/flash/esptool-js/block.js';
import type { Session } from '../../drivers/flash/esptool-js/connect.js';
import { loadVendorLoader, op } from '../../drivers/flash/esptool-js/library.js';
import { LinkTransport } from '../../drivers/flash/esptool-js/link-transport.js';
import { command } from '../../drivers/flash/esptool-js/loader-error.js';
import { readFlash } from '../../drivers/flash/esptool-js/read-flash.js';
import { encodeDataFrame } from '../../drivers/flash/esptool-js/slip.js';
import { fakeLink, type FakeLink } from './flash-fake-link.js';
import { failureOf, noise, withBoard } from './flash-rig.js';

async function sessionOn(link: FakeLink): Promise<Session> {
  const transport = new LinkTransport(link);
  const loader = await loadVendorLoader(transport, () => undefined);
  loader.IS_STUB = true;
  return { link, transport, loader, flashSizeBytes: 4 * 1024 * 1024 };
}

const context = { doing: 'asking', timeoutMs: 200, refused: 'FLASH_PROTOCOL' } as const;
const block = encodeDataFrame(op.deflData, 0, noise(1000));

for (const [what, chatter] of [
  ['bytes that trickle inside a frame', (link: FakeLink) => link.say(Buffer.of(0x55))],
  ['unrelated frames', (link: FakeLink) => link.answer(0x77)],
] as const) {
  test(`${what} do not keep a command alive`, async () => {
    const link = fakeLink(() => undefined);
    const { transport, loader } = await sessionOn(link);
    link.say(Buffer.of(0xc0));
    const timer = setInterval(() => chatter(link), 2);
    try {
      const startedAt = performance.now();
      const { error, at } = await failureOf(command(transport, context, () => loader.readReg(0x40001000)));
      assert.match(error.message, /^FLASH_STALLED: no answer for 200 ms while asking/);
      assert.ok(at - startedAt < 2000, `${at - startedAt} ms`);
    } finally {
      clearInterval(timer);
    }
  });
}

test('an answer without its status is said to be cut short', async () => {
  const link = fakeLink((request, board) => board.sayPacket(Buffer.of(1, request.op, 0, 0, 0, 0, 0, 0)));
  const { transport, loader } = await sessionOn(link);
  const asked = command(transport, context, () =>
    loader.checkCommand('', op.spiAttach, Buffer.alloc(8), 0, 0, 200),
  );
  const { error } = await failureOf(asked);
  assert.equal(error.message, 'FLASH_PROTOCOL: the answer of the loader was cut short, while asking');
});

test('a block that was not acknowledged is never sent again', async () => {
  const link = fakeLink(() => undefined);
  const transport = new LinkTransport(link);
  const { error } = await failureOf(
    command(transport, context, () => writeBlock(transport, op.deflData, block, 100)),
  );
  assert.match(error.message, /^FLASH_STALLED/);
  assert.equal(link.requests.length, 1);
});

test('a block that arrived damaged is sent again, twice at most', async () => {
  const answers = [0xc1, 0xc0, 0];
  const link = fakeLink((request, board) => board.answer(request.op, answers.shift() ?? 0xc1));
  const transport = new LinkTransport(link);
  await writeBlock(transport, op.deflData, block);
  assert.equal(link.requests.length, 3);
  assert.deepEqual(link.requests[2], link.requests[0]);
  const refused = { ...context, refused: 'FLASH_WRITE_FAILED' } as const;
  const { error } = await failureOf(
    command(transport, refused, () => writeBlock(transport, op.deflData, block)),
  );
  assert.match(
    error.message,
    /^FLASH_WRITE_FAILED: the loader refused: status c1 00: wrong checksum, while asking/,
  );
  assert.equal(link.requests.length, 6);
});

test('a block that the loader took and could not use is not sent again', async () => {
  const link = fakeLink((request, board) => board.answer(request.op, 0xc7));
  const transport = new LinkTransport(link);
  const refused = { ...context, refused: 'FLASH_WRITE_FAILED' } as const;
  const { error } = await failureOf(
    command(transport, refused, () => writeBlock(transport, op.deflData, block)),
  );
  assert.match(error.message, /^FLASH_WRITE_FAILED: .*the compressed data are damaged/);
  assert.equal(link.requests.length, 1);
});

test('no block is sent before the one before it is acknowledged', async () => {
  let open = 0;
  let most = 0;
  const link = fakeLink((request, board) => {
    most = Math.max(most, (open += 1));
    setImmediate(() => {
      open -= 1;
      board.answer(request.op);
    });
  });
  const transport = new LinkTransport(link);
  for (let sequence = 0; sequence < 20; sequence++) await writeBlock(transport, op.deflData, block);
  assert.deepEqual([most, link.requests.length], [1, 20]);
});

test('what is read back is checked against the digest that ends the transfer', async () => {
  const bytes = noise(5000);
  const board = (digest: Buffer) =>
    fakeLink((request, link) => {
      // Acknowledgements are bare frames, shorter than a header.
      if (request.op === op.readFlash) {
        link.answer(op.readFlash);
        link.sayPacket(bytes.subarray(0, 4096));
      } else if (link.requests.length === 2) link.sayPacket(bytes.subarray(4096));
      else link.sayPacket(digest);
    });
  const good = await sessionOn(board(createHash('md5').update(bytes).digest()));
  assert.deepEqual(await readFlash(good, 0, bytes.length, () => undefined), bytes);
  const bad = await sessionOn(board(Buffer.alloc(16)));
  const { error } = await failureOf(readFlash(bad, 0, bytes.length, () => undefined));
  assert.match(error.message, /^FLASH_READ_FAILED: .*digest/);
});

test('an answer that came while the event loop was blocked is no timeout', async () => {
  const link = fakeLink(() => undefined);
  const transport = new LinkTransport(link);
  transport.setDeadline(100);
  const packet = transport.read(100);
  const until = performance.now() + 300;
  while (performance.now() < until) continue;
  // As the poll phase would: after the timers that are due, before the immediates that those ask for.
  setImmediate(() => link.answer(1));
  assert.equal((await packet)[1], 1);
});

test('a lost port and a silent board are two different errors', async () => {
  const link = fakeLink(() => undefined);
  const { transport, loader } = await sessionOn(link);
  const asked = command(transport, context, () => loader.readReg(0x40001000));
  const failed = failureOf(asked);
  transport.stop(new Error('gone'));
  assert.match((await failed).error.message, /^INTERNAL_ERROR: gone/);
  await assert.rejects(transport.write(Buffer.of(1)), /gone/);
});

test('nothing is printed: what the library says goes to the log, and no warning is raised', async () => {
  const lines: string[] = [];
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const printed = mock.method(console, 'log', () => undefined);
  try {
    await withBoard('esptool-js', { driver: { log: (line) => lines.push(line) } }, async ({ driver }) => {
      await driver.probe();
      await driver.erase({ offset: 0, sizeBytes: 4096 });
    });
    assert.equal(printed.mock.callCount(), 0);
    assert.deepEqual(warnings, []);
    assert.ok(lines.some((line) => line.includes('Serial port /dev/')));
  } finally {
    printed.mock.restore();
    process.off('warning', onWarning);
  }
});

test('the board stays in its loader between calls, and is brought back when it left', async () => {
  await withBoard('esptool-js', {}, async ({ stand, driver, entered }) => {
    await driver.probe();
    await driver.erase({ offset: 0, sizeBytes: 4096 });
    await driver.read(0, 4096);
    assert.equal(entered(), 1);
    await stand.resetIntoApplication();
    await driver.read(0, 4096);
    assert.equal(entered(), 2);
  });
});

test('a strap that bounced once costs a second entry, not the unit', async () => {
  let tries = 0;
  await withBoard('esptool-js', {}, async ({ stand }) => {
    const { openFlashDriver } = await import('../../drivers/flash/open-flash-driver.js');
    const driver = await openFlashDriver('esptool-js', {
      link: { path: stand.serialPath, baudRate: 115_200 },
      chip: 'esp32',
      baudRate: 921_600,
      enterLoader: () => ((tries += 1) === 1 ? stand.resetIntoApplication() : stand.resetIntoLoader()),
    });
    try {
      assert.equal((await driver.probe()).chip, 'esp32');
      assert.equal(tries, 2);
    } finally {
      await driver.close();
    }
  });
});
