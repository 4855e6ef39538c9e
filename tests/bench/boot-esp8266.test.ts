import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startLoader } from '../../bench/loader/loader.js';
import type { ImageBytes } from '../../firmware/demo-release.js';
import { espChecksum } from '../../firmware/esp-image-tail.js';
import {
  chip as gpio,
  makeBoard,
  quickProgram,
  smallRelease,
  type BoardRig,
  type BoardRigOptions,
} from './board-rig.js';

const ready = /Factory test console ready.*\n/;
const images = smallRelease(quickProgram, 'esp8266');
const romRate = 74_880;

async function boardFor(test: TestContext, options: BoardRigOptions): Promise<BoardRig> {
  const rig = await makeBoard({ chip: 'esp8266', images, ...options });
  test.after(() => rig.close());
  rig.power(true);
  return rig;
}

/** The image with a byte of it changed. */
function damaged(offset: number, value: number): ImageBytes[] {
  return images.map((image) => {
    const bytes = Buffer.from(image.bytes);
    bytes.writeUInt8(value, offset);
    return { ...image, bytes };
  });
}

describe('an ESP8266 that starts from its flash', () => {
  it('prints what ROM and second stage print about its image, at 74880 baud', async (test) => {
    const rig = await boardFor(test, { hostBaudRate: romRate });
    await rig.host.until(/~ld\n/);
    const first = images[0]?.bytes.subarray(0x10, 0x10 + 3460) ?? Buffer.alloc(0);
    const sum = espChecksum([first]).toString(16).padStart(2, '0');
    assert.equal(
      rig.host.text().slice(0, rig.host.text().indexOf('\nv')),
      `\n ets Jan  8 2013,rst cause:1, boot mode:(3,6)\n\nload 0x4010f000, len 3460, room 16 \ntail 4\nchksum 0x${sum}\ncsum 0x${sum}`,
    );
    assert.match(rig.host.text(), /\nv[0-9a-f]{8}\n~ld\n/);
    assert.doesNotMatch(rig.host.text(), ready);
  });

  it('is heard at the rate of its application, whose banner stands on a line of its own behind the garbage', async (test) => {
    const rig = await boardFor(test, {});
    await rig.host.until(ready);
    assert.doesNotMatch(rig.host.text(), /ets Jan/);
    assert.match(rig.host.text(), /^demo-sensor-node 1\.2\.0$/m);
    assert.equal(
      await rig.host.ask('info'),
      `project=demo-sensor-node\nversion=1.2.0\nchip=ESP8266\nmac=24:6f:28:11:00:01\nheap=${quickProgram.memory.heapFreeBytes}\nOK\n`,
    );
  });

  it('is reset by its watchdog when the flash is blank', async (test) => {
    const rig = await boardFor(test, { images: [], hostBaudRate: romRate });
    await rig.host.until(/rst cause:4, boot mode:\(3,6\)\n\nwdt reset\nets_main\.c \n/);
    assert.match(rig.host.text(), /^\n ets Jan  8 2013,rst cause:1, boot mode:\(3,6\)\n\nets_main\.c \n/);
  });

  it('says that the checksum is wrong', async (test) => {
    const rig = await boardFor(test, { images: damaged(0x20, 0x11), hostBaudRate: romRate });
    await rig.host.until(/chksum 0x[0-9a-f]{2}\ncsum err\nets_main\.c \n\n ets Jan {2}8 2013,rst cause:4/);
  });

  it('prints the nonsense length of a segment and hangs', async (test) => {
    const rig = await boardFor(test, { images: damaged(15, 0xf1), hostBaudRate: romRate });
    await rig.host.until(/load 0x4010f000, len -\d+, room 16 \nets_main\.c \n/);
  });

  it('runs astray when its second stage finds no application', async (test) => {
    const rig = await boardFor(test, { images: damaged(0x1000, 0), hostBaudRate: romRate });
    await rig.host.until(/~ld\n\n ets Jan {2}8 2013,rst cause:4, boot mode:\(3,6\)\n\nwdt reset\nload/);
  });

  it('crashes when its application is damaged, which its second stage does not see', async (test) => {
    const rig = await boardFor(test, { images: damaged(0x6000, 0x11) });
    await rig.host.until(/Exception \(0\):\nepc1=0x[0-9a-f]{8} epc2=.*\n(.*\n)*<<<stack<<<\n/);
    assert.doesNotMatch(rig.host.text(), /demo-sensor-node/);
  });

  it('shows nothing of an application that carries no program', async (test) => {
    const bytes = Buffer.from(images[0]?.bytes ?? []);
    // Two letters change places, so that the checksum stays.
    bytes.write('RIGAPP/2'.split('').reverse().join(''), bytes.indexOf('RIGAPP/2'));
    const rig = await boardFor(test, { images: [{ name: 'app', offset: 0, bytes }] });
    await rig.untilState('unknown application');
  });
});

describe('the faults of an ESP8266', () => {
  it('panic: prints what its core prints, and starts again', async (test) => {
    const rig = await boardFor(test, { faults: [{ kind: 'panic', afterMs: 10 }] });
    await rig.host.until(
      /ready.*\n(.*\n)*Exception \(29\):\n(.*\n)*>>>stack>>>\n(.*\n)*<<<stack<<<\n(.*\n)*/,
    );
    await rig.untilLog('reset by software-cpu, boots to run');
  });

  it('brownout-at-wifi: it has no detector, so it says nothing and starts again', async (test) => {
    const rig = await boardFor(test, { faults: [{ kind: 'brownout-at-wifi' }] });
    await rig.host.until(ready);
    await rig.host.send('wifi scan\n');
    await rig.untilLog('reset by brown-out, boots to run');
    assert.doesNotMatch(rig.host.text(), /Brownout/);
  });

  it('wrong-version, low-heap and silent-console are those of any board', async (test) => {
    const rig = await boardFor(test, {
      faults: [
        { kind: 'wrong-version', version: '0.9.9' },
        { kind: 'low-heap', bytes: 1234 },
      ],
    });
    await rig.host.until(ready);
    assert.match(await rig.host.ask('info'), /^version=0\.9\.9$(.|\n)*^heap=1234$/m);
    const silent = await boardFor(test, { faults: [{ kind: 'silent-console' }], hostBaudRate: romRate });
    await silent.untilState('application ready');
    assert.match(silent.host.text(), /~ld\n$/);
  });

  it('wrong-chip: an ESP8266 on an ESP32’s place cannot run its image', async (test) => {
    const rig = await boardFor(test, {
      chip: 'esp32',
      images: smallRelease().map((image) => (image.name === 'bootloader' ? { ...image, offset: 0 } : image)),
      faults: [{ kind: 'wrong-chip', chip: 'esp8266' }],
      hostBaudRate: romRate,
    });
    await rig.host.until(/boot mode:\(3,6\)\n\nload 0x000000ee, len 0, room 16 \n(.*\n)*ets_main\.c \n/);
  });
});

describe('the loader of an ESP8266', () => {
  it('says that it starts at 74880 baud and answers at the rate of its host', async (test) => {
    const rig = await makeBoard({ chip: 'esp8266', startLoader, hostBaudRate: romRate });
    test.after(() => rig.close());
    rig.lines.output(gpio, 1, 1);
    rig.power(true);
    await rig.host.until(/^\n ets Jan {2}8 2013,rst cause:1, boot mode:\(1,6\)\n\n$/);
    await rig.untilState('loader');
    await rig.host.setBaudRate(57_600);
    const sync = Buffer.from(`c0000824000000000007071220${'55'.repeat(32)}c0`, 'hex');
    // The first one goes into the measurement.
    await rig.host.send(Buffer.concat([sync, sync]));
    await rig.host.until(/\x07\x07\x12 \0\0/);
  });
});
