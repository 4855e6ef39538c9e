/** Counts of values in bins of equal width. */
export interface Histogram {
  /** Lower edge of the first bin. */
  from: number;
  /** 0 when all values are the same. */
  width: number;
  counts: number[];
}

const mostBins = 40;

/** Bins of a round width by the rule of Freedman and Diaconis, 5 to 40 of them. Of values that ascend. */
export function histogramOf(sorted: Float64Array): Histogram | null {
  const [min, max] = [sorted.at(0), sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  if (min === max) return { from: min, width: 0, counts: [sorted.length] };
  const at = (p: number) => sorted[Math.floor(p * (sorted.length - 1))] ?? min;
  const wanted = (2 * (at(0.75) - at(0.25))) / Math.cbrt(sorted.length);
  const span = max - min;
  const width = roundUp(Math.min(span / 5, Math.max(wanted, span / mostBins)));
  const first = Math.floor(min / width + 1e-9);
  const counts = new Array<number>(Math.floor(max / width + 1e-9) - first + 1).fill(0);
  for (const value of sorted) {
    const bin = Math.min(counts.length - 1, Math.max(0, Math.floor(value / width + 1e-9) - first));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from: first * width, width, counts };
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5].find((each) => each * power >= value * (1 - 1e-12));
  return (factor ?? 10) * power;
}
