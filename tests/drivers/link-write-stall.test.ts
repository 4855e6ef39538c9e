import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LinuxBinding } from '@serialport/bindings-cpp';
import { openSerialLink } from '../../drivers/link/serial-link.js';
import { keepWaitingWrites } from '../../drivers/link/write-stall.js';
import { openPty } from './link-pty.js';

const image = Buffer.alloc(64 * 1024, 0x5a);

/** Fills the port until a write waits, lets a read wait after it, and makes room: does the write end? */
async function writeEndsAfterRead(repair: boolean): Promise<boolean> {
  const pty = openPty();
  pty.setReading(false);
  const port = await LinuxBinding.open({ path: pty.path, baudRate: 921_600 });
  if (repair) keepWaitingWrites(port.poller);
  try {
    const waits = new Promise<void>((resolve) => {
      const poll = port.poller.poll.bind(port.poller);
      port.poller.poll = (flag) => {
        poll(flag);
        if (flag === 2) resolve();
      };
    });
    const written = port.write(image).then(
      () => true,
      () => false,
    );
    await waits;
    const read = port.read(Buffer.alloc(1), 0, 1).catch(() => undefined);
    while (port.poller.listenerCount('readable') === 0) await new Promise(setImmediate);
    pty.setReading(true);
    const giveUp = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500));
    const ended = await Promise.race([written, giveUp]);
    if (ended) assert.equal((await pty.receive(image.length)).length, image.length);
    await port.close();
    await read;
    return ended;
  } finally {
    pty.close();
  }
}

test('the binding as it is leaves a write waiting for ever when a read waits after it', async () => {
  // A write that had room after all shows nothing.
  let tries = 0;
  while (await writeEndsAfterRead(false)) {
    tries += 1;
    assert.ok(tries < 20, 'the defect is gone: write-stall.ts is no longer needed');
  }
});

test('a repaired port goes on writing when a read waits after the write', async () => {
  assert.equal(await writeEndsAfterRead(true), true);
});

test(
  '200 sessions in which data arrives while a write waits for room all end',
  { timeout: 60_000 },
  async () => {
    const size = 24 * 1024;
    const outgoing = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) & 0xff));
    const incoming = Buffer.from(Array.from({ length: size }, (_, index) => (index * 13) & 0xff));
    const session = async () => {
      const pty = openPty();
      const link = await openSerialLink({ path: pty.path, baudRate: 4_000_000 });
      try {
        const chunks: Buffer[] = [];
        let count = 0;
        const all = new Promise<void>((resolve) =>
          link.onData((chunk) => {
            chunks.push(chunk);
            if ((count += chunk.length) >= size) resolve();
          }),
        );
        pty.setReading(false);
        const written = link.write(outgoing);
        // One KiB a millisecond, so that bytes go on arriving long after the write has begun to wait.
        for (let offset = 0; offset < size; offset += 1024) {
          await pty.write(incoming.subarray(offset, offset + 1024));
          await delay(1);
        }
        await all;
        pty.setReading(true);
        await written;
        assert.deepEqual(await pty.receive(size), outgoing);
        assert.deepEqual(Buffer.concat(chunks), incoming);
      } finally {
        await link.close();
        pty.close();
      }
    };
    for (let round = 0; round < 25; round++) await Promise.all(Array.from({ length: 8 }, session));
  },
);

test('closing a link ends a write that waits', async () => {
  const pty = openPty();
  pty.setReading(false);
  const link = await openSerialLink({ path: pty.path, baudRate: 921_600 });
  const written = link.write(image, { timeoutMs: 60_000 });
  const rejected = assert.rejects(written, /^RigError: PORT_LOST: .* was closed/);
  await link.close();
  await rejected;
  assert.ok(link.lost.aborted);
  pty.close();
});
