/** An AVR of the Arduino Uno's kind: flash inside, and optiboot at its end. */
export interface AvrChip {
  /** As in board and release files. */
  chip: string;
  /** As its maker writes it. */
  description: string;
  /** The three bytes that tell it from all others. */
  signature: readonly [number, number, number];
  flashBytes: number;
  /** Erased and written as one. */
  pageBytes: number;
  /** Bytes at the end of flash that hold optiboot. */
  loaderBytes: number;
  /** What a program begins with: 26 interrupt vectors, two words each (one on smaller chips, which are not here). */
  vectorBytes: number;
}

/** ATmega48PA…328P datasheet, tables 28-1 (signatures) and 27-7 (pages), chapter 12 (vectors); ATmega328PB has 45 vectors. */
export const avrChips: readonly AvrChip[] = [
  avr('ATmega328P', [0x1e, 0x95, 0x0f], 32),
  avr('ATmega328', [0x1e, 0x95, 0x14], 32),
  avr('ATmega328PB', [0x1e, 0x95, 0x16], 32, 45),
  avr('ATmega168P', [0x1e, 0x94, 0x0b], 16),
  avr('ATmega168', [0x1e, 0x94, 0x06], 16),
];

/** The chip of that name in board files, or undefined. */
export function avrChipNamed(chip: string): AvrChip | undefined {
  return avrChips.find((candidate) => candidate.chip === chip);
}

function avr(
  description: string,
  signature: AvrChip['signature'],
  flashKibibytes: number,
  vectors = 26,
): AvrChip {
  return {
    chip: description.toLowerCase(),
    description,
    signature,
    flashBytes: flashKibibytes * 1024,
    pageBytes: 128,
    loaderBytes: 512,
    vectorBytes: vectors * 4,
  };
}
