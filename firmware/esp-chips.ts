/** What the image format has to know about a chip. Addresses are the CPU's. Source: esptool 5.2, `targets/`. */
export interface EspChip {
  /** Chip family as the loader names it. */
  name: EspChipName;
  /** Chip id of the extended image header; undefined for the ESP8266, whose images have no such header. */
  imageChipId: number | undefined;
  /** Flash offset from which the ROM reads the bootloader. */
  bootloaderOffset: number;
  /** Windows `[first, end)` through which flash is mapped, read-only data and code; both the same where the chip has one. */
  drom: readonly [number, number];
  irom: readonly [number, number];
  /** Smallest page of the flash mapping; some chips let the product choose one below 64 KiB, the ESP8266 has a single one of 1 MiB. */
  leastPageBytes: number;
}

export type EspChipName =
  | 'esp8266'
  | 'esp32'
  | 'esp32s2'
  | 'esp32s3'
  | 'esp32c2'
  | 'esp32c3'
  | 'esp32c5'
  | 'esp32c6'
  | 'esp32h2'
  | 'esp32p4';

function chip(
  name: EspChipName,
  imageChipId: number | undefined,
  bootloaderOffset: number,
  drom: readonly [number, number],
  irom: readonly [number, number],
  leastPageBytes = 0x10000,
): EspChip {
  return { name, imageChipId, bootloaderOffset, drom, irom, leastPageBytes };
}

/** Every chip whose images are understood. */
export const espChips: readonly EspChip[] = [
  chip('esp8266', undefined, 0, [0x40200000, 0x40300000], [0x40200000, 0x40300000], 0x100000),
  chip('esp32', 0, 0x1000, [0x3f400000, 0x3f800000], [0x400d0000, 0x40400000]),
  chip('esp32s2', 2, 0x1000, [0x3f000000, 0x3f3f0000], [0x40080000, 0x40b80000]),
  chip('esp32s3', 9, 0, [0x3c000000, 0x3e000000], [0x42000000, 0x44000000]),
  chip('esp32c2', 12, 0, [0x3c000000, 0x3c400000], [0x42000000, 0x42400000], 0x4000),
  chip('esp32c3', 5, 0, [0x3c000000, 0x3c800000], [0x42000000, 0x42800000]),
  chip('esp32c5', 23, 0x2000, [0x42000000, 0x44000000], [0x42000000, 0x44000000]),
  chip('esp32c6', 13, 0, [0x42000000, 0x43000000], [0x42000000, 0x43000000], 0x2000),
  chip('esp32h2', 16, 0, [0x42000000, 0x43000000], [0x42000000, 0x43000000], 0x2000),
  chip('esp32p4', 18, 0x2000, [0x40000000, 0x4c000000], [0x40000000, 0x4c000000]),
];

/** The chip of that family name, or undefined. */
export function espChipNamed(name: string): EspChip | undefined {
  return espChips.find((candidate) => candidate.name === name);
}

/** The chip with that id in the image header, or undefined. */
export function espChipWithId(imageChipId: number): EspChip | undefined {
  return espChips.find((candidate) => candidate.imageChipId === imageChipId);
}

/** Whether data at this address is mapped from flash instead of being copied to RAM. */
export function isFlashMapped(chip: EspChip, address: number): boolean {
  return [chip.drom, chip.irom].some(([first, end]) => address >= first && address < end);
}
