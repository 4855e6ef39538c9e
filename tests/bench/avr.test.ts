import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inSync, programPage, sync, unoImage, withUno } from './avr-rig.js';

const ready = /Factory test console ready.*\n/;
const banner = /^demo-meter 1\.2\.0\n/m;

describe('a board of the Arduino Uno’s kind', { concurrency: 4 }, () => {
  it('starts its program at power-up', async () => {
    await withUno({ program: unoImage, startedBy: 'supply' }, async (uno) => {
      await uno.untilText(ready);
      assert.deepEqual(uno.log, ['reset by power']);
    });
  });

  it('starts its loader when the reset pin is let go, and its program after a second of silence', async () => {
    await withUno({ program: unoImage }, async (uno) => {
      const startedAt = performance.now();
      await uno.untilState('loader');
      await uno.untilText(banner);
      assert.ok(performance.now() - startedAt >= 900);
    });
  });

  it('stays in its loader when there is no program, however it was started', async () => {
    await withUno({ startedBy: 'supply' }, async (uno) => {
      assert.deepEqual(await uno.ask(sync, 2), inSync);
    });
  });

  it('says nothing when the program in flash is not whole', async () => {
    const damaged = Buffer.from(unoImage);
    damaged[3000] = (damaged[3000] ?? 0) ^ 0x10;
    await withUno({ program: damaged, startedBy: 'supply' }, async (uno) => {
      await uno.untilState('unknown application');
      assert.ok(uno.log.includes('the program in flash is damaged'));
      assert.equal(uno.unasked().length, 0);
    });
  });

  it('says nothing when the document in the program is damaged', async () => {
    const damaged = Buffer.from(unoImage);
    damaged[200] = (damaged[200] ?? 0) ^ 0x01;
    // Without its sum, so that it is the document's own digest that tells.
    damaged.fill(0, 104, 112);
    await withUno({ program: damaged, startedBy: 'supply' }, async (uno) => {
      await uno.untilState('unknown application');
      assert.match(uno.log.join('\n'), /cannot be run: .*digest/);
    });
  });

  it('answers on its console', async () => {
    await withUno({ program: unoImage, startedBy: 'supply' }, async (uno) => {
      await uno.untilText(ready);
      await uno.send('info\n');
      const info = await uno.untilText(/^OK\n/m);
      assert.match(
        info,
        /^project=demo-meter\nversion=1\.2\.0\nchip=ATmega328P\nuid=246F28AABBCC\nheap=1184\nOK\n/m,
      );
      await uno.send('wifi scan\n');
      await uno.untilText(/^ERROR: unknown command 'wifi scan'/m);
    });
  });
});

describe('optiboot', { concurrency: 4 }, () => {
  it('answers STK500v1', async () => {
    await withUno({}, async (uno) => {
      const answers: [question: number[], answer: number[]][] = [
        [[0x30, 0x20], []],
        [[0x41, 0x81, 0x20], [8]],
        [[0x41, 0x82, 0x20], [0]],
        [[0x41, 0x98, 0x20], [3]],
        [[0x42, ...Buffer.from('8600000101010103ffffffff0080040000008000', 'hex'), 0x20], []],
        [[0x45, 0x05, 0x04, 0xd7, 0xc2, 0x01, 0x20], []],
        [[0x50, 0x20], []],
        [[0x56, 0xac, 0x80, 0, 0, 0x20], [0]],
        [
          [0x75, 0x20],
          [0x1e, 0x95, 0x0f],
        ],
      ];
      for (const [question, answer] of answers) {
        assert.deepEqual(
          [...(await uno.ask(question, 2 + answer.length))],
          [0x14, ...answer, 0x10],
          `${question}`,
        );
      }
    });
  });

  it('erases and writes whole pages, and reads from a word address', async () => {
    await withUno({}, async (uno) => {
      await programPage(uno, 0x180, Buffer.alloc(128, 0x00));
      await programPage(uno, 0x180, Buffer.from('a page that is not full'));
      const page = Buffer.concat([Buffer.from('a page that is not full'), Buffer.alloc(105, 0xff)]);
      assert.deepEqual(uno.flash.read(0x180, 128), page);
      await uno.ask([0x55, 0xc1, 0x00, 0x20], 2);
      const answer = await uno.ask([0x74, 0, 4, 0x46, 0x20], 6);
      assert.deepEqual(answer, Buffer.concat([Buffer.of(0x14), page.subarray(2, 6), Buffer.of(0x10)]));
    });
  });

  it('keeps its own pages as they are', async () => {
    await withUno({}, async (uno) => {
      const before = uno.flash.read(0x7e00, 512);
      assert.ok(!before.equals(Buffer.alloc(512, 0xff)));
      for (const address of [0x7d80, 0x7e00, 0x7f80])
        await programPage(uno, address, Buffer.alloc(128, 0x55));
      assert.deepEqual(uno.flash.read(0x7e00, 512), before);
      assert.deepEqual(uno.flash.read(0x7d80, 128), Buffer.alloc(128, 0x55));
    });
  });

  it('resets without an answer when a command has not its end', async () => {
    await withUno({ program: unoImage }, async (uno) => {
      await uno.ask(sync, 2);
      await uno.send(Buffer.from([0x30, 0x30]));
      // The first that comes is the program's.
      assert.match(await uno.untilText(ready), /^demo-meter 1\.2\.0\n/);
      assert.ok(uno.log.includes('optiboot: a command without its end'));
    });
  });

  it('is reset by its watchdog in the middle of a page that does not arrive whole', async () => {
    await withUno({ program: unoImage }, async (uno) => {
      await uno.ask([0x55, 0, 0, 0x20], 2);
      await uno.send(Buffer.from([0x64, 0, 128, 0x46, ...Buffer.alloc(127, 0xaa), 0x20]));
      await uno.untilText(banner);
      assert.deepEqual(uno.flash.read(0, unoImage.length), unoImage);
    });
  });

  it('stays as long as the host says something every second', async () => {
    await withUno({ program: unoImage }, async (uno) => {
      const startedAt = performance.now();
      while (performance.now() - startedAt < 1500) assert.deepEqual(await uno.ask(sync, 2), inSync);
      assert.equal(uno.state(), 'loader');
    });
  });

  it('leaves into the program at once when it is told to', async () => {
    await withUno({ program: unoImage }, async (uno) => {
      assert.deepEqual(await uno.ask([0x51, 0x20], 2), inSync);
      await uno.untilText(banner);
    });
  });

  it('names the chip that is fitted', async () => {
    await withUno({ chip: 'atmega168p' }, async (uno) => {
      assert.deepEqual([...(await uno.ask([0x75, 0x20], 5))], [0x14, 0x1e, 0x94, 0x0b, 0x10]);
    });
  });
});

describe('a board of the Arduino Uno’s kind with a fault', { concurrency: 4 }, () => {
  it('hang: answers no more once so much of the flash has arrived', async () => {
    await withUno({ faults: [{ kind: 'hang', percent: 1 }] }, async (uno) => {
      await programPage(uno, 0, Buffer.alloc(128));
      await programPage(uno, 128, Buffer.alloc(128));
      await uno.ask([0x55, 128, 0, 0x20], 2);
      await uno.send(Buffer.from([0x64, 0, 128, 0x46, ...Buffer.alloc(128), 0x20]));
      await uno.untilLog('optiboot: hangs');
      await uno.send(sync);
      assert.equal(uno.unasked().length, 0);
    });
  });

  it('bad-cell: does not keep what is written', async () => {
    await withUno({ faults: [{ kind: 'bad-cell', address: 0x90 }] }, async (uno) => {
      await programPage(uno, 0x80, Buffer.alloc(128, 0x3c));
      await uno.ask([0x55, 0x40, 0, 0x20], 2);
      const answer = await uno.ask([0x74, 0, 128, 0x46, 0x20], 130);
      assert.equal(answer[1 + 0x10], 0x38);
      assert.equal(answer[1 + 0x11], 0x3c);
    });
  });

  it('panic: its watchdog restarts the program again and again, past the loader', async () => {
    await withUno(
      { program: unoImage, startedBy: 'supply', faults: [{ kind: 'panic', afterMs: 20 }] },
      async (uno) => {
        const text = await uno.untilText(/(demo-meter 1\.2\.0\n[^]*){3}/);
        assert.match(text, ready);
        assert.ok(uno.log.includes('reset by watchdog'));
      },
    );
  });

  it('wrong-version, low-heap: reports what it is told to', async () => {
    const faults = [
      { kind: 'wrong-version' as const, version: '1.1.9' },
      { kind: 'low-heap' as const, bytes: 300 },
    ];
    await withUno({ program: unoImage, startedBy: 'supply', faults }, async (uno) => {
      await uno.untilText(ready);
      await uno.send('mem\n');
      assert.match(await uno.untilText(/^OK\n/m), /^demo-meter 1\.1\.9\n[^]*^heap_free=300$/m);
    });
  });

  it('silent-console: runs and says nothing', async () => {
    await withUno(
      { program: unoImage, startedBy: 'supply', faults: [{ kind: 'silent-console' }] },
      async (uno) => {
        await uno.untilState('application ready');
        assert.equal(uno.unasked().length, 0);
      },
    );
  });
});
