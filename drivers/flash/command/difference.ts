/** The first byte in which what was found is not what was wanted, as two hex digits each; undefined when all are the same. Both are of one length. */
export function differenceAt(
  found: Buffer,
  wanted: Buffer,
): { offset: number; found: string; wanted: string } | undefined {
  if (found.equals(wanted)) return undefined;
  const offset = wanted.findIndex((byte, index) => byte !== found[index]);
  const digits = (bytes: Buffer) => bytes.toString('hex', offset, offset + 1);
  return { offset, found: digits(found), wanted: digits(wanted) };
}
