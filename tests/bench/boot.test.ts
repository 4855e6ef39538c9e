import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { ImageBytes } from '../../firmware/demo-release.js';
import { buildPartitionTable, type Partition } from '../../firmware/partition-table.js';
import { chip, makeBoard, smallRelease, type BoardRig, type BoardRigOptions } from './board-rig.js';

async function boardFor(test: TestContext, options: BoardRigOptions): Promise<BoardRig> {
  const rig = await makeBoard(options);
  test.after(() => rig.close());
  return rig;
}

/** The release with some bytes of one image changed. */
function damaged(images: ImageBytes[], name: string, change: (bytes: Buffer) => void): ImageBytes[] {
  return images.map((image) => {
    if (image.name !== name) return image;
    const bytes = Buffer.from(image.bytes);
    change(bytes);
    return { ...image, bytes };
  });
}

const row = (label: string, subtype: number, offset: number, type = 0): Partition => {
  return { label, type, subtype, offset, sizeBytes: type === 0 ? 0x10000 : 0x2000, encrypted: false };
};

describe('a board that starts from its flash', () => {
  it('prints what ROM, second stage and system print about the images that are there', async (test) => {
    const images = smallRelease();
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/Factory test console ready.*\n/);
    const text = rig.host.text();
    const app = images.find(({ name }) => name === 'app')?.bytes ?? Buffer.alloc(0);
    assert.match(
      text,
      /^ets Jul 29 2019 12:21:46\n\nrst:0x1 \(POWERON_RESET\),boot:0x13 \(SPI_FAST_FLASH_BOOT\)\n/,
    );
    assert.match(text, /mode:DIO, clock div:2\nload:0x3fff0030,len:7152\n(load:.*\n){3}entry 0x4008064c\n/);
    assert.match(text, /I \(\d+\) boot: ESP-IDF v\S+ 2nd stage bootloader\n/);
    assert.match(text, /boot.esp32: SPI Flash Size : 4MB\n/);
    assert.match(text, / 2 factory {10}factory app {6}00 00 00010000 001f0000\n/);
    assert.match(text, /esp_image: segment 0: paddr=00010020 vaddr=3f400020 size=\w{5}h \( *\d+\) map\n/);
    assert.match(text, /Loaded app from partition at offset 0x10000\n/);
    assert.match(text, /cpu_start: App version: +1\.2\.0\n/);
    assert.ok(text.includes(`ELF file SHA256:  ${app.toString('hex', 0xb0, 0xb8)}...`));
    assert.match(text, /main_task: Calling app_main\(\)\n/);
    await rig.untilState('application ready');
  });

  it('has the same timestamps at every start', async (test) => {
    const rig = await boardFor(test, { images: smallRelease() });
    const boot = async (): Promise<string> => {
      rig.host.clear();
      rig.power(true);
      await rig.host.until(/Factory test console ready.*\n/);
      rig.power(false);
      return rig.host.text();
    };
    assert.equal(await boot(), await boot());
  });

  it('repeats "invalid header" and is reset by its watchdog when the flash is blank', async (test) => {
    const rig = await boardFor(test, {});
    rig.power(true);
    await rig.host.until(/rst:0x10 \(RTCWDT_RTC_RESET\),boot:0x13/);
    assert.match(rig.host.text(), /rst:0x1 \(POWERON_RESET\).*\n(invalid header: 0xffffffff\n){7}ets/);
  });

  it('names both checksums of a damaged bootloader', async (test) => {
    const images = damaged(smallRelease(), 'bootloader', (bytes) =>
      bytes.fill(bytes.readUInt8(0x200) ^ 0x11, 0x200, 0x201),
    );
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/rst:0x10/);
    assert.match(
      rig.host.text(),
      /load:0x40080404,len:3876\ncsum err:0x([0-9a-f]{2})!=0x(?!\1)[0-9a-f]{2}\nets_main.c 371 \n/,
    );
  });

  it('prints the nonsense length of a segment and hangs', async (test) => {
    const images = damaged(smallRelease(), 'bootloader', (bytes) => bytes.writeUInt32LE(0x93abcdef, 24 + 4));
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/rst:0x10/);
    assert.match(rig.host.text(), /load:0x3fff0030,len:-\d+\nets/);
  });

  it('refuses a partition table whose MD5 is wrong, and resets by software', async (test) => {
    const images = damaged(smallRelease(), 'partitions', (bytes) => bytes.write('X', 12));
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/rst:0x3 \(SW_RESET\)/);
    assert.match(
      rig.host.text(),
      /E \(\d+\) flash_parts: Incorrect MD5 checksum\nE .* boot: Failed to verify partition table\n/,
    );
  });

  it('says that a blank partition table has no MD5', async (test) => {
    const rig = await boardFor(test, { images: smallRelease().filter(({ name }) => name === 'bootloader') });
    rig.power(true);
    await rig.host.until(
      /flash_parts: No MD5 found in partition table\n.*Failed to verify partition table\n/,
    );
  });

  it('finds no bootable application when none is there', async (test) => {
    const rig = await boardFor(test, { images: smallRelease().filter(({ name }) => name !== 'app') });
    rig.power(true);
    await rig.host.until(/rst:0x3 \(SW_RESET\)/);
    const text = rig.host.text();
    assert.match(text, /esp_image: image at 0x10000 has invalid magic byte \(nothing flashed here\?\)\n/);
    assert.match(text, /boot: Factory app partition is not bootable\n/);
    assert.match(text, /boot: No bootable app partitions in the partition table\n/);
  });

  it('finds one flipped bit of the application by its checksum', async (test) => {
    const images = damaged(smallRelease(), 'app', (bytes) =>
      bytes.writeUInt8(bytes.readUInt8(0x4000) ^ 1, 0x4000),
    );
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/esp_image: Checksum failed\. Calculated 0x\w+ read 0x\w+\n/);
  });

  it('finds two flips that cancel out in the checksum by the SHA-256', async (test) => {
    const images = damaged(smallRelease(), 'app', (bytes) => {
      for (const at of [0x4000, 0x4100]) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    });
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/esp_image: Image hash failed - image is corrupt\n/);
  });

  it('refuses the application of another chip', async (test) => {
    const images = damaged(smallRelease(), 'app', (bytes) => bytes.writeUInt16LE(9, 12));
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/boot_comm: mismatch chip ID, expected 0, found 9\n/);
  });

  it('refuses an application that is longer than its partition', async (test) => {
    const small = buildPartitionTable([{ ...row('factory', 0, 0x10000), sizeBytes: 0x4000 }]);
    const images = smallRelease().map((image) =>
      image.name === 'partitions' ? { ...image, bytes: small } : image,
    );
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.host.until(/esp_image: Image length \d+ doesn't fit in partition length 16384\n/);
  });

  it('shows nothing more of an application that carries no program', async (test) => {
    const images = damaged(smallRelease(), 'app', (bytes) => {
      bytes.write('NOTHING!', bytes.indexOf('RIGAPP/1'));
      resealed(bytes);
    });
    const rig = await boardFor(test, { images });
    rig.power(true);
    await rig.untilState('unknown application');
    await rig.host.send('help\n');
    rig.lines.output(chip, 2, 1);
    rig.lines.output(chip, 2, 0);
    await rig.host.until(/Calling app_main\(\)\nets /);
  });
});

describe('the choice of the application', () => {
  const app = smallRelease().find(({ name }) => name === 'app') as ImageBytes;
  const bootloader = smallRelease().find(({ name }) => name === 'bootloader') as ImageBytes;
  const at = (offset: number): ImageBytes => ({ ...app, offset });
  const table = (...rows: Partition[]): ImageBytes => {
    return { name: 'partitions', offset: 0x8000, bytes: buildPartitionTable(rows) };
  };
  const otadata = (sequence: number, crc: number): ImageBytes => {
    const bytes = Buffer.alloc(32, 0xff);
    bytes.writeUInt32LE(sequence, 0);
    bytes.writeUInt32LE(crc, 28);
    return { name: 'otadata', offset: 0xd000, bytes };
  };
  const ota = [row('otadata', 0, 0xd000, 1), row('ota_0', 0x10, 0x10000), row('ota_1', 0x11, 0x20000)];
  const loaded = async (test: TestContext, images: ImageBytes[]): Promise<string> => {
    const rig = await boardFor(test, { images: [bootloader, ...images] });
    rig.power(true);
    await rig.host.until(/Loaded app from partition at offset \w+\n/);
    return rig.host.text();
  };

  it('takes the OTA slot that otadata names', async (test) => {
    // CRC-32 of sequence 2 as ESP-IDF's otatool.py writes it into otadata.
    const text = await loaded(test, [table(...ota), otadata(2, 0x55f63774), at(0x10000), at(0x20000)]);
    assert.match(text, /Loaded app from partition at offset 0x20000\n/);
  });

  it('takes the first slot when the record does not have its CRC', async (test) => {
    const text = await loaded(test, [table(...ota), otadata(2, 0x55f63775), at(0x10000), at(0x20000)]);
    assert.match(text, /No factory image, trying OTA 0\n/);
    assert.match(text, /Loaded app from partition at offset 0x10000\n/);
  });

  it('falls back to the other slot when the chosen one is not bootable', async (test) => {
    const text = await loaded(test, [table(...ota), otadata(2, 0x55f63774), at(0x10000)]);
    assert.match(text, /OTA app partition slot 1 is not bootable\n/);
    assert.match(text, /Loaded app from partition at offset 0x10000\n/);
  });
});

describe('the boot strap', () => {
  it('leads into the loader when it is held while power comes up', async (test) => {
    const started: string[] = [];
    const rig = await boardFor(test, {
      startLoader: ({ chip: family, mac }) => {
        started.push(`${family} ${mac}`);
        return { stop: () => started.push('stopped') };
      },
    });
    rig.lines.output(chip, 1, 1);
    rig.power(true);
    await rig.host.until(
      /rst:0x1 \(POWERON_RESET\),boot:0x3 \(DOWNLOAD_BOOT\(UART0\/UART1\/SDIO_REI_REO_V2\)\)\nwaiting for download\n/,
    );
    await rig.untilState('loader');
    assert.deepEqual(started, ['esp32 24:6f:28:11:00:01']);
    rig.lines.output(chip, 1, 0);
    rig.lines.output(chip, 2, 1);
    assert.equal(rig.board.state, 'held in reset');
    rig.host.clear();
    rig.lines.output(chip, 2, 0);
    await rig.host.until(/rst:0x1 \(POWERON_RESET\),boot:0x13/);
    assert.deepEqual(started, ['esp32 24:6f:28:11:00:01', 'stopped']);
  });
});

/** Puts checksum and SHA-256 right after a change of segment data. */
function resealed(image: Buffer): void {
  const hashAt = image.length - 32;
  const segments: Buffer[] = [];
  for (let index = 0, offset = 24; index < image.readUInt8(1); index++) {
    const sizeBytes = image.readUInt32LE(offset + 4);
    segments.push(image.subarray(offset + 8, offset + 8 + sizeBytes));
    offset += 8 + sizeBytes;
  }
  let sum = 0xef;
  for (const byte of Buffer.concat(segments)) sum ^= byte;
  image.writeUInt8(sum, hashAt - 1);
  createHash('sha256').update(image.subarray(0, hashAt)).digest().copy(image, hashAt);
}
