/**
 * Takes a share of the bytes out of a stream, 0 … 1: the same ones in every run with the same seed, however the stream is chunked.
 */
export function createLosses(share: number, seed: number): (bytes: Buffer) => Buffer {
  if (share <= 0) return (bytes) => bytes;
  const random = mulberry32(seed);
  let untilNext = gap();

  /** Bytes that pass before the next one is lost. */
  function gap(): number {
    return share >= 1 ? 0 : Math.floor(Math.log(1 - random()) / Math.log(1 - share));
  }

  return (bytes) => {
    const kept: Buffer[] = [];
    let from = 0;
    while (untilNext < bytes.length - from) {
      kept.push(bytes.subarray(from, from + untilNext));
      from += untilNext + 1;
      untilNext = gap();
    }
    untilNext -= bytes.length - from;
    kept.push(bytes.subarray(from));
    return kept.length === 1 ? bytes : Buffer.concat(kept);
  };
}

/** A small generator of numbers in [0, 1) that is the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
