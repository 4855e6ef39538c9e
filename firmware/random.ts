/** Whole numbers from a seed, the same on every machine. */
export interface Random {
  /** 0 … `below` − 1. */
  below(below: number): number;
  /** 0 … `below` − 1, small numbers far more often than large ones, as in opcodes and words. */
  skewed(below: number): number;
}

/** A generator (xorshift32) for contents that must be reproducible; it is no source of secrets. */
export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let warmUp = 0; warmUp < 16; warmUp++) next();
  const below = (limit: number): number => Math.floor((next() / 0x100000000) * limit);
  const skewed = (limit: number): number => below(below(limit) + 1);
  return { below, skewed };
}
