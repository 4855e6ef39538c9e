/** A run of bytes and the address they belong to, in the address space of the file format: the CPU's, or an offset in flash. */
export interface MemorySegment {
  address: number;
  data: Buffer;
}

/** A piece of a file with the place it stands at. */
export interface PlacedSegment extends MemorySegment {
  /** Byte offset in the file, for messages. */
  offset: number;
  /** What to call the piece in a message: `line 7`, `block 3`. */
  name: string;
}

/** Two pieces that want the same address; `later` stands behind `earlier` in the file. */
export interface Overlap {
  earlier: PlacedSegment;
  later: PlacedSegment;
}

/** Pieces joined into as few segments as possible, in order of their addresses, and every pair of neighbours that overlap. */
export function joinSegments(pieces: readonly PlacedSegment[]): {
  segments: MemorySegment[];
  overlaps: Overlap[];
} {
  const inOrder = pieces
    .filter(({ data }) => data.length > 0)
    .sort((one, other) => one.address - other.address || one.offset - other.offset);
  const runs: { address: number; end: number; last: PlacedSegment; parts: Buffer[] }[] = [];
  const overlaps: Overlap[] = [];
  for (const piece of inOrder) {
    const run = runs.at(-1);
    const end = piece.address + piece.data.length;
    if (run !== undefined && run.end > piece.address) {
      const pair = [run.last, piece].sort((one, other) => one.offset - other.offset);
      const [earlier = piece, later = piece] = pair;
      overlaps.push({ earlier, later });
      if (end <= run.end) continue;
      run.parts.push(piece.data.subarray(run.end - piece.address));
      Object.assign(run, { end, last: piece });
    } else if (run !== undefined && run.end === piece.address) {
      run.parts.push(piece.data);
      Object.assign(run, { end, last: piece });
    } else {
      runs.push({ address: piece.address, end, last: piece, parts: [piece.data] });
    }
  }
  const segments = runs.map(({ address, parts }) => ({ address, data: Buffer.concat(parts) }));
  return { segments, overlaps };
}
