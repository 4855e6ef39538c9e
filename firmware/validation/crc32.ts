/** CRC-32 as zip, Ethernet and most download pages mean it: polynomial 04C11DB7 reflected, inverted before and after. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (reflected[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** The same polynomial, neither reflected nor inverted at the end (CRC-32/MPEG-2): what the RP2040's boot ROM calculates. */
export function crc32Mpeg2(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc << 8) ^ (straight[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc >>> 0;
}

const reflected = Int32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const straight = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});
