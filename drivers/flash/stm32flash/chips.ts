import { RigError } from '../../../core/errors.js';
import { chipFlashOf, type ChipFlash } from '../../../firmware/chip-flash.js';

/** A chip that can be written through its loader. */
export interface Stm32Chip {
  /** As in board files. */
  chip: string;
  /** What its loader answers to GET ID (AN2606). */
  productId: number;
  /** Where it says who it is, in one stretch: its unique id of 12 bytes, and the size of its flash in KiB as u16. */
  signature: { address: number; sizeBytes: number; uniqueIdAt: number; flashKibAt: number };
  flash: ChipFlash;
}

/** RM0008, 30 and RM0383, 24: device electronic signature. */
const chips: readonly Omit<Stm32Chip, 'flash'>[] = [
  {
    chip: 'stm32f103',
    productId: 0x410,
    signature: { address: 0x1ffff7e0, sizeBytes: 20, uniqueIdAt: 8, flashKibAt: 0 },
  },
  {
    chip: 'stm32f411',
    productId: 0x431,
    signature: { address: 0x1fff7a10, sizeBytes: 20, uniqueIdAt: 0, flashKibAt: 18 },
  },
];

/** The chip that the board file names. Throws CONFIG_INVALID for others. */
export function stm32Chip(name: string): Stm32Chip {
  const chip = chips.find((candidate) => candidate.chip === name);
  const flash = chipFlashOf(name);
  if (chip && flash) return { ...chip, flash };
  const known = chips.map((each) => each.chip).join(', ');
  throw new RigError(
    'CONFIG_INVALID',
    `the driver stm32flash does not know the chip ${name}; it knows ${known}`,
  );
}

/** The name that board files have for a product id, if it is one of those. */
export function nameOfProduct(productId: number): string | undefined {
  return chips.find((chip) => chip.productId === productId)?.chip;
}
