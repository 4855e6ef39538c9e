/** The text of a NUL-padded field, or undefined when it is not printable ASCII or has no NUL at its end. */
export function readFixedText(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  if (end === -1) return undefined;
  const text = field.toString('latin1', 0, end);
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}

/** Writes text into a field of `sizeBytes`, NUL-padded. Throws RangeError when it is not printable ASCII or leaves no NUL. */
export function writeFixedText(into: Buffer, offset: number, sizeBytes: number, text: string): void {
  if (!/^[\x20-\x7e]*$/.test(text) || text.length >= sizeBytes) {
    throw new RangeError(`"${text}" must be printable ASCII of at most ${sizeBytes - 1} characters`);
  }
  into.fill(0, offset, offset + sizeBytes);
  into.write(text, offset, 'latin1');
}
