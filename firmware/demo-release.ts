import { BOOTLOADER_DESCRIPTOR_BYTES, buildBootloaderDescriptor } from './bootloader-descriptor.js';
import { buildEspImage } from './build-esp-image.js';
import { buildDemoApp } from './demo-app.js';
import { BUILD, demoChips, IDF_VERSION, type DemoChipName } from './demo-build.js';
import { buildEsp8266Release } from './demo-esp8266.js';
import { espChipNamed } from './esp-chips.js';
import type { FactoryAppProgram } from './factory-app.js';
import { hex } from './hex.js';
import { CODE, lookalike, READ_ONLY_DATA } from './lookalike.js';
import { buildPartitionTable, partition, PARTITION_TABLE_OFFSET, type Partition } from './partition-table.js';
import { seededRandom } from './random.js';

export interface DemoReleaseOptions {
  /** `esp32` unless told. */
  chip?: DemoChipName | 'esp8266';
  /** Goes into the app descriptor, or on an ESP8266 into the program's document; at most 31 characters. */
  version: string;
  /** What a virtual board does when it runs the application. */
  program: FactoryAppProgram;
  /** Length of the application image, from 16 KiB; met to within 64 bytes. On an ESP8266 of the whole image. */
  appSizeBytes: number;
  /** Decides the contents: another seed is another build of the same version. */
  seed: number;
  /** Flash chip of the board, from 2 MiB; 4 MiB unless told. The application's partition is what the first half has; an ESP8266 has no table. */
  flashSizeBytes?: number;
}

/** One image of a release with the offset at which it is written. */
export interface ImageBytes {
  name: string;
  offset: number;
  bytes: Buffer;
}

const APP_OFFSET = 0x10000;

/**
 * A whole release: bootloader, partition table and application, or one image for an ESP8266; valid for the ROM and the vendor's tools, byte for
 * byte the same for the same options. There is no machine code in it: real hardware would crash, a virtual board runs `program`.
 */
export function buildRelease(options: DemoReleaseOptions): ImageBytes[] {
  const { chip = 'esp32', flashSizeBytes = 0x400000 } = options;
  if (chip === 'esp8266') return [buildEsp8266Release({ ...options, flashSizeBytes })];
  return [
    {
      name: 'bootloader',
      offset: espChipNamed(chip)?.bootloaderOffset ?? 0,
      bytes: buildBootloader(chip, options.seed, flashSizeBytes),
    },
    {
      name: 'partitions',
      offset: PARTITION_TABLE_OFFSET,
      bytes: buildPartitionTable(partitionsFor(flashSizeBytes)),
    },
    { name: 'app', offset: APP_OFFSET, bytes: buildDemoApp({ ...options, chip, flashSizeBytes }) },
  ];
}

function partitionsFor(flashSizeBytes: number): Partition[] {
  if (flashSizeBytes < 0x200000)
    throw new RangeError(`${hex(flashSizeBytes)} of flash is too small, expected 2 MiB or more`);
  const half = flashSizeBytes / 2;
  return [
    partition('nvs', 1, 0x02, 0x9000, 0x6000),
    partition('phy_init', 1, 0x01, 0xf000, 0x1000),
    partition('factory', 0, 0x00, APP_OFFSET, half - APP_OFFSET),
    partition('storage', 1, 0x82, half, half),
  ];
}

/** About 26 KB in the four segments that ESP-IDF's second stage has. */
function buildBootloader(chip: DemoChipName, seed: number, flashSizeBytes: number): Buffer {
  const { target, bootloader } = demoChips[chip];
  const random = seededRandom(seed ^ 0xb0071);
  const descriptor = buildBootloaderDescriptor({
    version: 1,
    idfVersion: IDF_VERSION,
    dateTime: `${BUILD.date} ${BUILD.time}`,
  });
  const data = lookalike(7152 - BOOTLOADER_DESCRIPTOR_BYTES, READ_ONLY_DATA, random);
  const [largest, word, last] = bootloader.code;
  return buildEspImage({
    ...target,
    flashSizeBytes,
    entry: bootloader.entry,
    segments: [
      { address: bootloader.data, data: Buffer.concat([descriptor, data]) },
      { address: largest, data: lookalike(15584, CODE, random) },
      { address: word, data: Buffer.alloc(4) },
      { address: last, data: lookalike(3876, CODE, random) },
    ],
  });
}
