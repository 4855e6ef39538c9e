/** Bytes of a large memory of which most are erased, FF: only chunks that hold something else take room. */
export interface SparseCells {
  read(offset: number, sizeBytes: number): Buffer;
  /** ANDs the bytes in. */
  and(offset: number, bytes: Uint8Array): void;
  fillErased(offset: number, end: number): void;
}

const chunkBytes = 64 * 1024;
const erased = 0xff;

/** Erased cells. What lies outside of them reads as erased; nothing may be written there. */
export function createSparseCells(): SparseCells {
  const chunks = new Map<number, Buffer>();

  /** Calls `work` for each part of a range that lies in one chunk. */
  const forEachPart = (
    offset: number,
    end: number,
    work: (index: number, from: number, to: number, done: number) => void,
  ): void => {
    for (let at = offset; at < end;) {
      const index = Math.floor(at / chunkBytes);
      const start = index * chunkBytes;
      const next = Math.min(end, start + chunkBytes);
      work(index, at - start, next - start, at - offset);
      at = next;
    }
  };

  return {
    read(offset, sizeBytes) {
      const found = Buffer.alloc(sizeBytes, erased);
      forEachPart(offset, offset + sizeBytes, (index, from, to, done) => {
        chunks.get(index)?.copy(found, done, from, to);
      });
      return found;
    },
    and(offset, bytes) {
      forEachPart(offset, offset + bytes.length, (index, from, to, done) => {
        const part = bytes.subarray(done, done + to - from);
        const cells = chunks.get(index);
        if (cells !== undefined && !isErased(cells, from, to)) {
          for (const [at, byte] of part.entries()) cells[from + at] = (cells[from + at] ?? 0) & byte;
          return;
        }
        const target = cells ?? Buffer.alloc(chunkBytes, erased);
        target.set(part, from);
        chunks.set(index, target);
      });
    },
    fillErased(offset, end) {
      forEachPart(offset, end, (index, from, to) => {
        if (to - from === chunkBytes) chunks.delete(index);
        else chunks.get(index)?.fill(erased, from, to);
      });
    },
  };
}

const blank = Buffer.alloc(chunkBytes, erased);

function isErased(cells: Buffer, from: number, to: number): boolean {
  return cells.compare(blank, 0, to - from, from, to) === 0;
}
