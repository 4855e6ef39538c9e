import type { EspChipName } from './esp-chips.js';
import type { FlashMode } from './esp-image-header.js';

/** What the demo releases' images say about how they were built; fixed, so that they come out the same everywhere. */
export const IDF_VERSION = 'v5.2.3';
export const BUILD = { date: 'Jun  3 2025', time: '09:12:44' } as const;

/** A chip for which a release of bootloader, partition table and application can be built: addresses as ESP-IDF's linker scripts have them. */
export interface DemoChip {
  /** What both images' headers say: the chip revisions that they run on, and the flash in DIO mode. */
  target: { chip: EspChipName; flashMode: FlashMode; minRevision: number; maxRevision: number };
  bootloader: { entry: number; data: number; code: readonly [number, number, number] };
  /** First page of each mapping, and where the application has its variables and its code in RAM. */
  app: { drom: number; irom: number; dram: number; iram: number };
  /** Both mappings are one set of pages: read-only data begins on the page behind the code. */
  sharesPages: boolean;
}

export type DemoChipName = 'esp32' | 'esp32s3' | 'esp32c3';

export const demoChips: Record<DemoChipName, DemoChip> = {
  esp32: {
    target: { chip: 'esp32', flashMode: 'DIO', minRevision: 0, maxRevision: 399 },
    bootloader: { entry: 0x4008064c, data: 0x3fff0030, code: [0x40078000, 0x40080400, 0x40080404] },
    app: { drom: 0x3f400000, irom: 0x400d0000, dram: 0x3ffb0000, iram: 0x40080000 },
    sharesPages: false,
  },
  esp32s3: {
    target: { chip: 'esp32s3', flashMode: 'DIO', minRevision: 0, maxRevision: 99 },
    bootloader: { entry: 0x403c98d0, data: 0x3fce3810, code: [0x403c9700, 0x403cd700, 0x403cd704] },
    app: { drom: 0x3c000000, irom: 0x42000000, dram: 0x3fc91000, iram: 0x40374000 },
    sharesPages: true,
  },
  esp32c3: {
    target: { chip: 'esp32c3', flashMode: 'DIO', minRevision: 3, maxRevision: 199 },
    bootloader: { entry: 0x403cc710, data: 0x3fcd5820, code: [0x403cc710, 0x403d0710, 0x403d0714] },
    app: { drom: 0x3c000000, irom: 0x42000000, dram: 0x3fc8b000, iram: 0x40380000 },
    sharesPages: true,
  },
};
