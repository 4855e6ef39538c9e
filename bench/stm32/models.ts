import { RigError } from '../../core/errors.js';
import { chipFlashOf } from '../../firmware/chip-flash.js';

/** One chip, as far as its loader and its start need it. */
export interface Stm32Model {
  chip: string;
  /** As its package says. */
  name: string;
  /** What GET ID answers (AN2606). */
  productId: number;
  /** Version of the loader's protocol in BCD: 22 is 2.2. */
  loaderVersion: number;
  /** 43 erases by numbers of one byte, 44 by numbers of two. */
  eraseCommand: 0x43 | 0x44;
  /** Sizes of the sectors from the start of flash; the last one repeats. */
  sectorBytes: readonly number[];
  /** Flash on the die where it is more than the chip is sold with; tools go by the product id, which is that of the larger one. */
  dieFlashBytes?: number;
  /** Sectors that one bit of write protection covers. */
  sectorsPerProtection: number;
  /** RAM `[first, end)`; below `free` it belongs to the loader. */
  ram: { first: number; end: number; free: number };
  optionBytes: number;
  /** Addresses of the 96-bit unique id and of the flash size in KiB. */
  signature: { uniqueId: number; flashSize: number };
}

const models: readonly Stm32Model[] = [
  // RM0008, PM0075: USART loader V2.2, pages of 1 KiB, protected by fours.
  {
    ...flashAndRam('stm32f103', { free: 0x20000200 }),
    name: 'STM32F103C8T6',
    productId: 0x410,
    loaderVersion: 0x22,
    eraseCommand: 0x43,
    // The STM32F103CB's: what is behind the first 64 KiB can be read on most of them, and no one promises it.
    dieFlashBytes: 0x20000,
    sectorsPerProtection: 4,
    optionBytes: 0x1ffff800,
    signature: { uniqueId: 0x1ffff7e8, flashSize: 0x1ffff7e0 },
  },
  // RM0383, 24: loader V3.1 on USART1.
  {
    ...flashAndRam('stm32f411', { free: 0x20003000 }),
    name: 'STM32F411CEU6',
    productId: 0x431,
    loaderVersion: 0x31,
    eraseCommand: 0x44,
    sectorsPerProtection: 1,
    optionBytes: 0x1fffc000,
    signature: { uniqueId: 0x1fff7a10, flashSize: 0x1fff7a22 },
  },
];

export const flashBase = 0x08000000;

/** The chip of that name, or undefined when it is no STM32 of the bench. */
export function stm32Model(chip: string): Stm32Model | undefined {
  return models.find((model) => model.chip === chip);
}

/** Start and length of a sector, as offsets in flash. */
export function sectorAt({ sectorBytes }: Stm32Model, index: number): { offset: number; sizeBytes: number } {
  const sizes = Array.from(
    { length: index + 1 },
    (_, at) => sectorBytes[Math.min(at, sectorBytes.length - 1)] ?? 0,
  );
  const sizeBytes = sizes.pop() ?? 0;
  return { offset: sizes.reduce((sum, size) => sum + size, 0), sizeBytes };
}

function flashAndRam(
  chip: string,
  { free }: { free: number },
): Pick<Stm32Model, 'chip' | 'sectorBytes' | 'ram'> {
  const { pageBytes, sectorBytes = [pageBytes], ram } = chipFlashOf(chip) ?? missing(chip);
  const [first, end] = ram ?? missing(chip);
  return { chip, sectorBytes, ram: { first, end, free } };
}

function missing(chip: string): never {
  throw new RigError('BENCH_FAILED', `the layout of ${chip} is not known`);
}
