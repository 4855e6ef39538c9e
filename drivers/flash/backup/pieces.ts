/** Bytes and where in flash they belong. */
export interface FlashPiece {
  offset: number;
  bytes: Buffer;
}

/** `pieces` with what `older` knows of the same places, and of others; in order of their offsets, none over another. Neither list is changed. */
export function patchedWith(pieces: readonly FlashPiece[], older: readonly FlashPiece[]): FlashPiece[] {
  const patched = pieces.map(({ offset, bytes }) => ({ offset, bytes: Buffer.from(bytes) }));
  for (const { offset, bytes } of patched) {
    for (const known of older) {
      const from = Math.max(offset, known.offset);
      const to = Math.min(offset + bytes.length, known.offset + known.bytes.length);
      if (from < to) known.bytes.copy(bytes, from - offset, from - known.offset, to - known.offset);
    }
  }
  const beside = older.flatMap((known) => pieces.reduce(without, [known]));
  return [...patched, ...beside].sort((one, two) => one.offset - two.offset);
}

/** What of the pieces lies outside of another one. */
function without(pieces: readonly FlashPiece[], { offset, bytes }: FlashPiece): FlashPiece[] {
  const end = offset + bytes.length;
  return pieces.flatMap((piece) => {
    const before = piece.bytes.subarray(0, Math.max(0, offset - piece.offset));
    const after = piece.bytes.subarray(Math.max(0, end - piece.offset));
    const afterAt = Math.max(piece.offset, end);
    return [
      { offset: piece.offset, bytes: before },
      { offset: afterAt, bytes: after },
    ].filter((rest) => rest.bytes.length > 0);
  });
}
