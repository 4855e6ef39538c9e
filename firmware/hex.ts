/** `0x10000`: the way offsets, addresses and sizes are written in every message; `digits` pads with zeros. */
export function hex(value: number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
