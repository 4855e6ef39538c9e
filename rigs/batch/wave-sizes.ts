import type { WaveSizing } from './types.js';

/** Waves beyond which the list of sizes would say nothing more. */
const mostWaves = 100_000;

/** How many units each wave will have; what memory or time decide is taken as it is without shortage, and as one wave. */
export function waveSizes(waves: WaveSizing, units: number): number[] {
  if (units === 0) return [];
  const first = waves.kind === 'time-based' ? 0 : waves.size;
  if (first === 0) return [units];
  const factor = waves.kind === 'fixed' ? waves.factor : 1;
  const sizes: number[] = [];
  let left = units;
  for (let size = first; left > 0 && sizes.length < mostWaves; size *= factor) {
    const wave = Math.min(left, Math.max(1, Math.round(size)));
    sizes.push(wave);
    left -= wave;
  }
  return left > 0 ? [...sizes, left] : sizes;
}
