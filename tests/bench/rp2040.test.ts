import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFlashArray } from '../../bench/flash-array.js';
import { createUf2Receiver } from '../../bench/rp2040/uf2-receiver.js';
import { buildUf2 } from '../../firmware/uf2.js';
import { image, uf2, withPico } from './pico.js';

const family = 0xe48bff56;
const ready = /Factory test console ready.*\n/;

/** An image with some bytes changed. */
function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(image);
  change(bytes);
  return bytes;
}

describe('a virtual Pico that starts without its button', { concurrency: 4 }, () => {
  it('runs what is in its flash', () =>
    withPico({ mode: 'run', flash: image }, async ({ host, hasDrive }) => {
      await host.until(ready);
      assert.match(
        await host.ask('info'),
        /project=demo-probe\nversion=1\.2\.0\nchip=RP2040\nuid=E661246F28AABBCC\n/,
      );
      assert.match(await host.ask('mem'), /flash_test=ok\nOK/);
      assert.ok(!hasDrive());
    }));

  it('shows its drive when there is nothing in flash', () =>
    withPico({ mode: 'run' }, async ({ untilDrive, host }) => {
      await untilDrive();
      assert.equal(host.text(), '');
    }));

  it('shows its drive when the second stage does not give its CRC', () =>
    withPico(
      { mode: 'run', flash: changed((bytes) => bytes.writeUInt8(1, 17)) },
      async ({ untilDrive, untilLog }) => {
        await untilLog('the CRC of the second stage');
        await untilDrive();
      },
    ));

  it('locks up in silence when the vector table leads nowhere', () =>
    withPico(
      { mode: 'run', flash: changed((bytes) => bytes.fill(0xff, 256, 264)) },
      async ({ untilState, host, hasDrive }) => {
        await untilState('locked up');
        assert.ok(!hasDrive());
        assert.equal(host.text(), '');
      },
    ));

  it('starts again when its firmware asks for it', () =>
    withPico({ mode: 'run', flash: image }, async ({ host }) => {
      await host.until(ready);
      host.clear();
      await host.send('reboot\r\n');
      await host.until(/^OK\ndemo-probe 1\.2\.0\n/);
    }));

  it('finds a bad cell by the test of its firmware', () =>
    withPico(
      { mode: 'run', flash: image, faults: [{ kind: 'bad-cell', address: 0x7000 }] },
      async ({ host }) => {
        await host.until(ready);
        assert.match(await host.ask('mem'), /flash_test=failed\nERROR: flash test failed/);
      },
    ));

  it('shows the faults of its application', async () => {
    const start = { mode: 'run', flash: image } as const;
    await withPico({ ...start, faults: [{ kind: 'wrong-version', version: '1.1.9' }] }, async ({ host }) => {
      await host.until(/demo-probe 1\.1\.9\n/);
    });
    await withPico({ ...start, faults: [{ kind: 'panic', afterMs: 10 }] }, async ({ host }) => {
      await host.until(/\*\*\* PANIC \*\*\*\n\n.*\n(.*\n)*demo-probe 1\.2\.0\n/);
    });
    await withPico({ ...start, faults: [{ kind: 'silent-console' }] }, async ({ host, untilState }) => {
      await untilState('application ready');
      assert.equal(host.text(), '');
    });
  });

  it('stays silent with a program in RAM, which it cannot run', () =>
    withPico({}, async ({ drive, untilDrive, untilGone, untilState }) => {
      await untilDrive();
      const program = buildUf2([{ address: 0x20000000, data: Buffer.alloc(1024, 1) }], family);
      await writeFile(join(drive, 'ram.uf2'), program);
      await untilGone();
      await untilState('unknown application in RAM');
    }));
});

describe("the boot ROM's UF2 receiver", () => {
  const blocks = (file: Buffer): Buffer[] =>
    Array.from({ length: file.length / 512 }, (_, index) => file.subarray(index * 512, index * 512 + 512));
  const receiver = (sizeBytes = 0x200000) => {
    const log: string[] = [];
    const flash = createFlashArray({ sizeBytes });
    return { log, flash, rom: createUf2Receiver({ chip: 'rp2040', flash, log: (text) => log.push(text) }) };
  };
  const [first = Buffer.alloc(512)] = blocks(uf2);
  const withWord = (at: number, value: number): Buffer => {
    const block = Buffer.from(first);
    block.writeUInt32LE(value, at);
    return block;
  };

  it('is done with the last missing block, in whatever order they come', () => {
    const { rom, flash } = receiver();
    const done = blocks(uf2)
      .reverse()
      .map((block) => rom.take(block));
    assert.equal(done.indexOf(true), done.length - 1);
    assert.ok(flash.read(0, image.length).equals(image));
  });

  it('counts a block once', () => {
    const { rom } = receiver();
    const all = blocks(uf2);
    for (const block of [...all.slice(0, 10), ...all.slice(0, 10)]) rom.take(block);
    assert.equal(rom.taken, 10);
    assert.equal(rom.count, 128);
  });

  it('begins anew with a file of another length', () => {
    const { rom, flash } = receiver();
    for (const block of blocks(uf2).slice(0, 20)) rom.take(block);
    const other = buildUf2([{ address: 0x10000000, data: Buffer.alloc(512, 7) }], family);
    assert.deepEqual(
      blocks(other).map((block) => rom.take(block)),
      [false, true],
    );
    // The sector was erased again, so nothing of the first file shines through.
    assert.deepEqual(
      flash.read(0, 4096),
      Buffer.concat([Buffer.alloc(512, 7), Buffer.alloc(4096 - 512, 0xff)]),
    );
  });

  it('keeps the rest of a sector only when it belongs to the same file', () => {
    const { rom, flash } = receiver();
    flash.write(0, Buffer.alloc(8192, 0));
    rom.take(first);
    assert.deepEqual(flash.read(256, 4096 - 256), Buffer.alloc(4096 - 256, 0xff));
    assert.deepEqual(flash.read(4096, 4096), Buffer.alloc(4096, 0));
  });

  const ignored: [string, Buffer, RegExp | undefined][] = [
    ['that has no magic word at its start', withWord(0, 0), undefined],
    ['that has no magic word at its end', withWord(508, 0), undefined],
    ['of no family', withWord(8, 0), /names no family/],
    ['of another family', withWord(28, 0xe48bff59), /0xe48bff59 \(rp2350\)/],
    ['that is not for flash', withWord(8, 0x2001), /not for flash/],
    ['with a longer payload', withWord(16, 476), /476 bytes/],
    ['with an odd address', withWord(12, 0x10000010), /not aligned/],
    ['for another address space', withWord(12, 0x08000000), /neither flash nor RAM/],
    ['with a number beyond its count', withWord(20, 128), /not below its count/],
  ];
  for (const [what, block, why] of ignored) {
    it(`ignores a block ${what}`, () => {
      const { rom, log } = receiver();
      assert.equal(rom.take(block), false);
      assert.equal(rom.taken, 0);
      assert.equal(rom.count, 0);
      if (why) assert.match(log.join('\n'), why);
    });
  }
});
