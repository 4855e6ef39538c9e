import { avrChips } from './avr-chips.js';
import { espChips } from './esp-chips.js';

/** How a chip's program memory is laid out, as far as writing and checking images needs it. */
export interface ChipFlash {
  /** Chip family, as in board and release files. */
  chip: string;
  /** What its programs look like. */
  kind: 'esp' | 'avr' | 'stm32' | 'rp2';
  /** Size of the flash inside the chip; left out when it is a part of the board. */
  flashBytes?: number;
  /** Smallest unit that can be erased, or written where the chip erases by writing; an image begins at a multiple of it. */
  pageBytes: number;
  /** Sizes of the sectors from the start of flash, for chips on which they differ. */
  sectorBytes?: readonly number[];
  /** Where the start of flash lies in the CPU's address space. Offsets in release files count from here. */
  baseAddress: number;
  /** What an erased byte reads as. */
  erasedByte: number;
  /** Bytes at the end of flash that belong to the loader and are never written. */
  loaderBytes?: number;
  /** RAM `[first, end)`, where it can be told from an image whether it is meant for this chip. */
  ram?: readonly [number, number];
}

const KIB = 1024;

/** Every chip whose flash is known. */
export const chipFlashes: readonly ChipFlash[] = [
  // The loaders of these chips take offsets in the flash part, not addresses of the CPU.
  ...espChips.map(({ name }): ChipFlash => {
    return { chip: name, kind: 'esp', pageBytes: 4096, baseAddress: 0, erasedByte: 0xff };
  }),
  ...avrChips.map(({ chip, flashBytes, pageBytes, loaderBytes }): ChipFlash => {
    return { chip, kind: 'avr', flashBytes, pageBytes, baseAddress: 0, erasedByte: 0xff, loaderBytes };
  }),
  // STM32F103x8 datasheet: 64 KiB of flash in pages of 1 KiB, 20 KiB of RAM.
  {
    chip: 'stm32f103',
    kind: 'stm32',
    flashBytes: 64 * KIB,
    pageBytes: KIB,
    baseAddress: 0x08000000,
    erasedByte: 0xff,
    ram: [0x20000000, 0x20000000 + 20 * KIB],
  },
  // RM0383, table 4: four sectors of 16 KiB, one of 64 KiB, three of 128 KiB; 128 KiB of RAM.
  {
    chip: 'stm32f411',
    kind: 'stm32',
    flashBytes: 512 * KIB,
    pageBytes: 16 * KIB,
    sectorBytes: [16, 16, 16, 16, 64, 128, 128, 128].map((size) => size * KIB),
    baseAddress: 0x08000000,
    erasedByte: 0xff,
    ram: [0x20000000, 0x20000000 + 128 * KIB],
  },
  // RP2040 datasheet, 2.6.3: any QSPI flash of up to 16 MiB, erased in sectors of 4 KiB; 264 KiB of RAM.
  {
    chip: 'rp2040',
    kind: 'rp2',
    pageBytes: 4096,
    baseAddress: 0x10000000,
    erasedByte: 0xff,
    ram: [0x20000000, 0x20000000 + 264 * KIB],
  },
];

/** The flash of that chip, or undefined when nothing is known of it. */
export function chipFlashOf(chip: string): ChipFlash | undefined {
  return chipFlashes.find((candidate) => candidate.chip === chip);
}

/** The erase unit around an offset: where it starts and how long it is. */
export function sectorAround(
  chip: Pick<ChipFlash, 'pageBytes' | 'sectorBytes'>,
  offset: number,
): { offset: number; sizeBytes: number } {
  let start = 0;
  for (const sizeBytes of chip.sectorBytes ?? []) {
    if (offset < start + sizeBytes) return { offset: start, sizeBytes };
    start += sizeBytes;
  }
  const sizeBytes = chip.sectorBytes?.at(-1) ?? chip.pageBytes;
  return { offset: offset - ((offset - start) % sizeBytes), sizeBytes };
}
