import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniqueIdOf } from '../../bench/stm32/memory.js';
import {
  addressed,
  assertAck,
  mac,
  stm32Image,
  withStm32,
  writeBlock,
  type Stm32Options,
} from './stm32-rig.js';

const running: Stm32Options = { strap: 'run', image: stm32Image };

test('BOOT0 decides at each reset between loader and firmware', async () => {
  await withStm32(running, async (board) => {
    await board.untilText(/Booting Zephyr OS build.*\ndemo-motor 1\.2\.0\n[^]*Factory test console ready/);
    board.setStrap('download');
    await board.send('reboot\n');
    await board.untilState('loader');
    assertAck(await board.ask([0x7f]));
    board.setStrap('run');
    await board.reset();
    await board.untilText(/demo-motor 1\.2\.0/);
  });
});

test('the firmware answers on the console, with the id that the loader reads', async () => {
  await withStm32(running, async (board) => {
    await board.untilState('application ready');
    await board.send('info\n');
    const answer = await board.untilText(/^OK$/m);
    assert.match(answer, /^version=1\.2\.0\nchip=STM32F103C8T6$/m);
    assert.match(answer, new RegExp(`^uid=${uniqueIdOf(mac).toString('hex')}$`, 'm'));
  });
});

test('the loader goes to the firmware when it is asked to, and not before', async () => {
  await withStm32({ image: stm32Image }, async (board) => {
    await board.ask([0x7f]);
    await board.command(0x21);
    assertAck(await board.ask(addressed(0x08000000)));
    await board.untilText(/demo-motor 1\.2\.0/);
  });
});

test('a program in RAM that asks for a reset gets one; any other does nothing', async () => {
  const ram = 0x20000200;
  const go = async (program: Buffer, use: (state: (wanted: string) => Promise<void>) => Promise<void>) =>
    withStm32({ image: stm32Image }, async (board) => {
      await board.ask([0x7f]);
      await writeBlock(board, ram, program);
      board.setStrap('run');
      await board.command(0x21);
      assertAck(await board.ask(addressed(ram)));
      await use(board.untilState);
    });
  // Vectors, code, then AIRCR and the key with SYSRESETREQ: as stm32flash has it.
  const reset = Buffer.from('002000200902002001490a4a0a60fee70ced00e00400fa05', 'hex');
  await go(reset, (state) => state('application ready'));
  await go(Buffer.alloc(24, 0x11), (state) => state('unknown program in RAM'));
});

test('without a good vector table the chip locks up silently, and says why in the log', async () => {
  const damaged = (offset: number, value: number): Buffer => {
    const image = Buffer.from(stm32Image);
    image.writeUInt32LE(value, offset);
    return image;
  };
  const cases: [image: Uint8Array, why: RegExp][] = [
    [Buffer.alloc(0), /stack pointer is 0xffffffff/],
    [damaged(0, 0x20005004), /stack pointer is 0x20005004/],
    [damaged(4, 0x08000400), /is not one of Thumb code/],
    [damaged(4, 0x08010001), /reset vector is 0x8010001/],
  ];
  for (const [image, why] of cases) {
    await withStm32({ strap: 'run', image }, async (board) => {
      await board.untilState('locked up');
      assert.match(board.log.join('\n'), why);
    });
  }
});

test('a damaged program ends in a fault, and half an image in nothing at all', async () => {
  const damaged = Buffer.from(stm32Image);
  damaged[damaged.indexOf('demo-motor')] = 0x44;
  await withStm32({ strap: 'run', image: damaged }, async (board) => {
    const text = await board.untilText(/Halting system/);
    assert.match(text, /\*\*\*\*\* \w+ FAULT \*\*\*\*\*[^]*Faulting instruction address/);
    assert.doesNotMatch(text, /console ready/);
    await board.untilState('halted after a fault');
  });
  await withStm32({ strap: 'run', image: stm32Image.subarray(0, 2048) }, async (board) => {
    await board.untilState('unknown application');
  });
});

test('faults of the application show on this chip as on any other', async () => {
  await withStm32({ ...running, faults: [{ kind: 'panic', afterMs: 20 }] }, async (board) => {
    await board.untilText(/HARD FAULT[^]*Resetting system\n[^]*demo-motor 1\.2\.0/);
  });
  await withStm32({ ...running, faults: [{ kind: 'wrong-version', version: '0.9.0' }] }, async (board) => {
    await board.untilText(/demo-motor 0\.9\.0\n/);
  });
  await withStm32({ ...running, faults: [{ kind: 'low-heap', bytes: 100 }] }, async (board) => {
    await board.untilState('application ready');
    await board.send('mem\n');
    await board.untilText(/^heap_free=100$/m);
  });
});
