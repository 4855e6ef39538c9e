import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniqueIdOf } from '../../bench/stm32/memory.js';
import {
  ack,
  addressed,
  assertAck,
  mac,
  nack,
  readBlock,
  summed,
  withStm32,
  writeBlock,
} from './stm32-rig.js';

const flashBase = 0x08000000;

test('the loader measures the rate at its first byte, and says what it is and what it can', async () => {
  await withStm32({}, async (board) => {
    assert.deepEqual(await board.ask([0x7f]), [ack]);
    const f1Commands = [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x43, 0x63, 0x73, 0x82, 0x92];
    assert.deepEqual(await board.command(0x00, 15), [ack, 11, 0x22, ...f1Commands, ack]);
    assert.deepEqual(await board.command(0x01, 5), [ack, 0x22, 0, 0, ack]);
    assert.deepEqual(await board.command(0x02, 5), [ack, 1, 0x04, 0x10, ack]);
    assert.deepEqual(await board.ask([0x7f]), [nack], 'a second first byte is refused');
    assert.deepEqual(await board.ask([0x00, 0x00]), [nack], 'a command needs its complement');
    assert.deepEqual(await board.command(0x44), [nack], 'the F1 has no extended erase');
  });
  await withStm32({ chip: 'stm32f411' }, async (board) => {
    await board.ask([0x7f]);
    assert.deepEqual(await board.command(0x02, 5), [ack, 1, 0x04, 0x31, ack]);
    assert.ok((await board.command(0x00, 15)).includes(0x44));
  });
});

test('the chip tells its unique id and the size of its flash at the addresses of the manual', async () => {
  await withStm32({}, async (board) => {
    await board.ask([0x7f]);
    assert.deepEqual(await readBlock(board, 0x1ffff7e8, 12), [...uniqueIdOf(mac)]);
    assert.deepEqual(await readBlock(board, 0x1ffff7e0, 2), [64, 0]);
  });
  await withStm32({ chip: 'stm32f411' }, async (board) => {
    await board.ask([0x7f]);
    assert.deepEqual(await readBlock(board, 0x1fff7a10, 12), [...uniqueIdOf(mac)]);
    assert.deepEqual(await readBlock(board, 0x1fff7a22, 2), [0, 2]);
  });
});

test('flash is written and read by addresses from 0x08000000, and nothing else is', async () => {
  await withStm32({}, async (board) => {
    await board.ask([0x7f]);
    const data = Buffer.from('abcdefgh');
    assert.equal(await writeBlock(board, flashBase + 0x400, data), ack);
    assert.deepEqual(board.flash.read(0x400, 8), data);
    assert.deepEqual(await readBlock(board, flashBase + 0x402, 3), [...Buffer.from('cde')]);
    const behind = flashBase + 64 * 1024;
    assert.deepEqual(await readBlock(board, behind, 2), [0xff, 0xff], 'the die has 128 KiB, as tools expect');
    assert.notEqual(await writeBlock(board, behind, data), ack, 'of which 64 are sold');
    assert.equal(await readBlock(board, flashBase + 128 * 1024, 1), undefined);
    assert.equal(await readBlock(board, 0x20000000, 1), undefined, 'the first RAM belongs to the loader');

    const refused = async (...frames: number[][]): Promise<void> => {
      let last: number | undefined = ack;
      for (const frame of frames) last = (await board.ask(frame))[0];
      assert.equal(last, nack);
    };
    const write = [0x31, 0xce];
    await refused(write, [...addressed(flashBase).slice(0, 4), 0x55]);
    await refused(write, addressed(flashBase + 2));
    await refused(write, addressed(flashBase), [3, 1, 2, 3, 4, 0x00]);
    await refused(write, addressed(flashBase), summed(2, 1, 2, 3));
    assert.deepEqual(board.flash.read(0, 4), Buffer.alloc(4, 0xff));
  });
});

test('the F1 erases pages of 1 KiB, the F411 its sectors of different sizes, and both everything', async () => {
  await withStm32({}, async (board) => {
    board.flash.write(0, Buffer.alloc(64 * 1024));
    await board.ask([0x7f]);
    await board.command(0x43);
    assert.deepEqual(await board.ask(summed(1, 2, 5)), [ack]);
    assert.deepEqual(erasedPages(board.flash), [2, 5]);
    await board.command(0x43);
    assert.deepEqual(await board.ask(summed(0, 64)), [nack], 'there are 64 pages, from 0');
    await board.command(0x43);
    assert.deepEqual(await board.ask([0xff, 0x00]), [ack]);
    assert.equal(erasedPages(board.flash).length, 64);
  });
  await withStm32({ chip: 'stm32f411' }, async (board) => {
    board.flash.write(0, Buffer.alloc(512 * 1024));
    await board.ask([0x7f]);
    await board.command(0x44);
    assert.deepEqual(await board.ask(summed(0, 1, 0, 1, 0, 4)), [ack]);
    assert.deepEqual(erasedPages(board.flash), [...range(16, 32), ...range(64, 128)]);
    await board.command(0x44);
    assert.deepEqual(await board.ask([0xff, 0xfe, 0x01]), [nack], 'it has one bank');
    await board.command(0x44);
    assert.deepEqual(await board.ask([0xff, 0xff, 0x00]), [ack]);
    assert.equal(erasedPages(board.flash).length, 512);
  });
});

test('with read-out protection only what says who it is answers; lifting it erases everything', async () => {
  await withStm32({ faults: [{ kind: 'protected' }], image: Buffer.from('secret') }, async (board) => {
    await board.ask([0x7f]);
    assertAck(await board.command(0x02, 5));
    for (const code of [0x11, 0x21, 0x31, 0x43, 0x63, 0x73, 0x82])
      assert.deepEqual(await board.command(code), [nack], code.toString(16));
    assert.deepEqual(board.flash.read(0, 6), Buffer.from('secret'));

    assert.deepEqual(await board.command(0x92, 2), [ack, ack]);
    await board.reset();
    await board.ask([0x7f]);
    assert.deepEqual(
      await readBlock(board, flashBase, 6),
      Array.from({ length: 6 }, () => 0xff),
    );

    assert.deepEqual(await board.command(0x82, 2), [ack, ack], 'and it can be set again');
    await board.reset();
    await board.ask([0x7f]);
    assert.deepEqual(await board.command(0x11), [nack]);
  });
});

test('what is write-protected stays as it is, until the protection is lifted', async () => {
  await withStm32({}, async (board) => {
    await board.ask([0x7f]);
    await board.command(0x63);
    // The first four pages of the F1.
    assertAck(await board.ask(summed(0, 0)));
    await board.reset();
    await board.ask([0x7f]);
    assert.equal(
      await writeBlock(board, flashBase + 0xc00, Buffer.alloc(4)),
      ack,
      'the loader does not say so',
    );
    assert.equal(await writeBlock(board, flashBase + 0x1000, Buffer.alloc(4)), ack);
    assert.deepEqual(board.flash.read(0xc00, 4), Buffer.alloc(4, 0xff));
    assert.deepEqual(board.flash.read(0x1000, 4), Buffer.alloc(4));
    assert.deepEqual(await board.command(0x73, 2), [ack, ack]);
    await board.reset();
    await board.ask([0x7f]);
    await writeBlock(board, flashBase + 0xc00, Buffer.alloc(4));
    assert.deepEqual(board.flash.read(0xc00, 4), Buffer.alloc(4));
  });
});

function erasedPages(flash: {
  sizeBytes: number;
  read(offset: number, sizeBytes: number): Buffer;
}): number[] {
  return range(0, flash.sizeBytes / 1024).filter((page) =>
    flash.read(page * 1024, 1024).every((byte) => byte === 0xff),
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
