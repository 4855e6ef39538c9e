/**
 * Bytes of one line as text that can be turned back: printable UTF-8 and tabs stand for themselves, a backslash is `\\`, every other byte
 * is `\x00` … `\xff`.
 */
export function escapeBytes(bytes: Buffer): string {
  const ascii = bytes.toString('latin1');
  if (/^[\t\x20-\x5b\x5d-\x7e]*$/.test(ascii)) return ascii;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    const part = bytes.subarray(at, at + length);
    text += printable(part) ?? hex(bytes[at] ?? 0);
    at += printable(part) === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes at the end of an unfinished line wait for their next byte: a CR, or a UTF-8 sequence that is not whole. */
export function heldBack(bytes: Buffer): number {
  if (bytes.at(-1) === 0x0d) return 1;
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes.at(-back) ?? 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

/** The character, or undefined when the bytes are no character that can be shown. */
function printable(bytes: Buffer): string | undefined {
  if (bytes.length === 1) {
    const byte = bytes[0] ?? 0;
    if (byte === 0x5c) return '\\\\';
    return byte === 0x09 || (byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(byte) : undefined;
  }
  try {
    const character = strict.decode(bytes);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]$/u.test(character) ? character : undefined;
  } catch {
    return undefined;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
