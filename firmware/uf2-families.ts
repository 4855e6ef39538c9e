import { hex } from './hex.js';

/** Family id of UF2 files by chip (microsoft/uf2, `utils/uf2families.json`; the ids of the RP2350 are the RP2350 datasheet's, 5.5.3). */
export const uf2Families: Readonly<Record<string, number>> = {
  rp2040: 0xe48bff56,
  rp2350: 0xe48bff59,
  'rp2350-riscv': 0xe48bff5a,
  'rp2350-arm-ns': 0xe48bff5b,
  'rp2xxx-absolute': 0xe48bff57,
  'rp2xxx-data': 0xe48bff58,
  esp8266: 0x7eab61ed,
  esp32: 0x1c5f21b0,
  esp32s2: 0xbfdd4eee,
  esp32s3: 0xc47e5767,
  esp32c2: 0x2b88d29c,
  esp32c3: 0xd42ba06c,
  esp32c5: 0xf71c0343,
  esp32c6: 0x540ddf62,
  esp32h2: 0x332726f6,
  esp32p4: 0x3d308e94,
  stm32f1: 0x5ee21072,
  stm32f4: 0x57755a57,
  samd21: 0x68ed2b88,
  samd51: 0x55114460,
  nrf52840: 0xada52840,
};

/** `0xe48bff56 (rp2040)`, or the number alone. */
export function familyText(familyId: number): string {
  const name = Object.keys(uf2Families).find((key) => uf2Families[key] === familyId);
  return `${hex(familyId, 8)}${name === undefined ? '' : ` (${name})`}`;
}
