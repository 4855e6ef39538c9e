/** Texts kept outside of the heap, where 100,000 of them are no work for the garbage collector and take a byte a letter. */
export interface TextStore {
  /** Returns what `get` knows it by. */
  add(text: string): number;
  get(place: number): string;
}

const pageBytes = 1 << 20;
/** Of the length before each text. */
const lengthBytes = 4;

export function createTextStore(): TextStore {
  const pages: Buffer[] = [];
  let filled = pageBytes;
  return {
    add(text) {
      const length = Buffer.byteLength(text);
      const needed = length + lengthBytes;
      if (filled + needed > pageBytes) {
        pages.push(Buffer.allocUnsafeSlow(Math.max(pageBytes, needed)));
        filled = 0;
      }
      const page = pages.at(-1);
      page?.writeUInt32LE(length, filled);
      page?.write(text, filled + lengthBytes);
      const place = (pages.length - 1) * pageBytes + filled;
      filled += needed;
      return place;
    },
    get(place) {
      const page = pages[Math.floor(place / pageBytes)];
      const start = place % pageBytes;
      const length = page?.readUInt32LE(start) ?? 0;
      return page?.toString('utf8', start + lengthBytes, start + lengthBytes + length) ?? '';
    },
  };
}
