import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { romTextsOf } from '../../bench/boot/rom-texts.js';
import type { FaultKind } from '../../rigs/faults.js';
import { makeBoard, smallRelease, type BoardRig } from './board-rig.js';

const ready = /Factory test console ready.*\n/;

async function faulty(test: TestContext, fault: FaultKind): Promise<BoardRig> {
  const rig = await makeBoard({ images: smallRelease(), faults: [fault] });
  test.after(() => rig.close());
  rig.power(true);
  return rig;
}

/** A good board as a clock: by now the other one has had the time to say something. */
async function afterAGoodBoardIsReady(test: TestContext): Promise<void> {
  const good = await makeBoard({ images: smallRelease() });
  test.after(() => good.close());
  good.power(true);
  await good.host.until(ready);
  await good.host.ask('info');
}

describe('a board with a fault', () => {
  it('dead: draws current and says nothing', async (test) => {
    const rig = await faulty(test, { kind: 'dead' });
    await rig.untilState('dead');
    await rig.host.send('help\n');
    await afterAGoodBoardIsReady(test);
    assert.equal(rig.host.text(), '');
    assert.ok((rig.meter.lastMilliamps ?? 0) > 0);
  });

  it('empty: the rail rises, nothing draws current and nothing answers', async (test) => {
    const rig = await faulty(test, { kind: 'empty' });
    await rig.untilState('no board');
    await rig.host.send('help\n');
    await afterAGoodBoardIsReady(test);
    assert.equal(rig.host.text(), '');
    assert.ok(rig.meter.highestMillivolts > 4000);
    assert.equal(rig.meter.lastMilliamps, 0);
  });

  it('no-power: its rail stays at 0 and it says nothing', async (test) => {
    const rig = await faulty(test, { kind: 'no-power' });
    await afterAGoodBoardIsReady(test);
    assert.equal(rig.board.state, 'no supply');
    assert.equal(rig.meter.highestMillivolts, 0);
    assert.equal(rig.host.text(), '');
  });

  it('short: the board is dead and draws over-current while its rail sags, until power is off', async (test) => {
    const rig = await faulty(test, { kind: 'short' });
    await rig.untilState('shorted');
    await rig.untilMeter(3000, 2500);
    assert.equal(rig.meter.highestMillivolts, 3000);
    assert.equal(rig.host.text(), '');
    rig.power(false);
    await rig.untilState('off');
    await rig.untilMeter(0, 0);
    rig.power(true);
    await rig.untilState('shorted');
  });

  it('short: after its time, and what it did before stops', async (test) => {
    const rig = await faulty(test, { kind: 'short', afterMs: 1500, milliamps: 3100 });
    await rig.host.until(ready);
    await rig.untilState('shorted');
    await rig.untilMeter(3000, 3100);
    assert.equal(rig.meter.highestMillivolts, 5000);
    rig.host.clear();
    await rig.host.send('info\n');
    await afterAGoodBoardIsReady(test);
    assert.equal(rig.host.text(), '');
  });

  it('slow-rise: its rail takes its time, and the board starts late', async (test) => {
    const startedAt = performance.now();
    const rig = await faulty(test, { kind: 'slow-rise', riseMs: 400 });
    await rig.host.until(/rst:0x1/);
    assert.ok(performance.now() - startedAt > 290);
    await rig.host.until(ready);
    assert.equal(rig.meter.highestMillivolts, 5000);
  });

  it('stuck-on: runs with its power line off, and its rail stays up when it is switched off', async (test) => {
    const rig = await makeBoard({ images: smallRelease(), faults: [{ kind: 'stuck-on' }] });
    test.after(() => rig.close());
    await rig.host.until(ready);
    rig.power(true);
    rig.power(false);
    assert.match(await rig.host.ask('info'), /^project=/);
    assert.equal(rig.meter.lastMillivolts, rig.meter.highestMillivolts);
    assert.ok((rig.meter.lastMilliamps ?? 0) > 0);
  });

  it('low-heap: reports so much free heap, and less at its worst moment', async (test) => {
    const rig = await faulty(test, { kind: 'low-heap', bytes: 40_000 });
    await rig.host.until(ready);
    assert.match(await rig.host.ask('mem'), /^heap_free=40000\nheap_min=23528\n/);
    assert.match(await rig.host.ask('info'), /^heap=40000$/m);
  });

  it('panic: crashes after its time, reboots with the CPU reset as the cause, and does it again', async (test) => {
    const rig = await faulty(test, { kind: 'panic', afterMs: 30 });
    await rig.host.until(/(Guru Meditation Error[^]*){2}/);
    const text = rig.host.text();
    assert.match(
      text,
      /ready.*\n+Guru Meditation Error: Core {2}0 panic'ed \(StoreProhibited\)\. Exception was unhandled\.\n/,
    );
    assert.match(
      text,
      /\nBacktrace: .*\n\n\n\nELF file SHA256: [0-9a-f]{16}\n\nRebooting\.\.\.\nets .*\n\nrst:0xc \(SW_CPU_RESET\)/,
    );
  });

  it('panic: cuts off a command that is being carried out', async (test) => {
    const rig = await faulty(test, { kind: 'panic', afterMs: 20 });
    await rig.host.until(ready);
    await rig.host.send('wifi scan\n');
    await rig.host.until(/Rebooting/);
    assert.doesNotMatch(rig.host.text(), /ssid=/);
  });

  it('brownout-at-wifi: the supply collapses when Wi-Fi starts', async (test) => {
    const rig = await faulty(test, { kind: 'brownout-at-wifi' });
    await rig.host.until(ready);
    assert.match(await rig.host.ask('mem'), /OK\n$/);
    rig.host.clear();
    await rig.host.send('wifi scan\n');
    await rig.host.until(
      /\nBrownout detector was triggered\n\nets .*\n\nrst:0xf \(RTCWDT_BROWN_OUT_RESET\),boot:0x13/,
    );
    await rig.host.until(ready);
  });

  it('wrong-version: reports it in its banner and to info, whatever is in flash', async (test) => {
    const rig = await faulty(test, { kind: 'wrong-version', version: '0.9.1' });
    await rig.host.until(ready);
    assert.match(rig.host.text(), /App version: +0\.9\.1\n/);
    assert.doesNotMatch(rig.host.text(), /1\.2\.0/);
    assert.match(await rig.host.ask('info'), /^version=0\.9\.1$/m);
  });

  it('silent-console: nothing after the text of the ROM', async (test) => {
    const rig = await faulty(test, { kind: 'silent-console' });
    await rig.untilState('application ready');
    await rig.host.send('help\n');
    await afterAGoodBoardIsReady(test);
    assert.match(rig.host.text(), /\nentry 0x4008064c\n$/);
  });

  it('wrong-chip: another ROM greets and looks for its bootloader elsewhere', async (test) => {
    const rig = await faulty(test, { kind: 'wrong-chip', chip: 'esp32c3' });
    await rig.host.until(/rst:0x7 \(TG0WDT_SYS_RST\)/);
    assert.match(
      rig.host.text(),
      /^ESP-ROM:esp32c3-api1-20210207\nBuild:Feb {2}7 2021\nrst:0x1 \(POWERON\),boot:0xc \(SPI_FAST_FLASH_BOOT\)\ninvalid header: 0xffffffff\n/,
    );
  });

  it('wrong-chip: a chip that no virtual board has is refused by name', () => {
    assert.throws(
      () => romTextsOf('esp32p4'),
      /BENCH_FAILED: no virtual board has the chip 'esp32p4'; there are esp8266, esp32, /,
    );
  });

  it('duplicate-mac: the application reports the other MAC', async (test) => {
    const rig = await faulty(test, { kind: 'duplicate-mac', mac: '24:6f:28:aa:bb:cc' });
    await rig.host.until(ready);
    assert.match(await rig.host.ask('info'), /^mac=24:6f:28:aa:bb:cc$/m);
  });

  it('bad-cell: what is in flash does not pass the second stage', async (test) => {
    const rig = await faulty(test, { kind: 'bad-cell', address: 0x14000 });
    await rig.host.until(/No bootable app partitions/);
  });
});
