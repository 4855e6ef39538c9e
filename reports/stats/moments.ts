/** Count, mean and sum of squared deviations of some values: enough for their standard deviation, and exact to combine. */
export interface Moments {
  n: number;
  mean: number;
  /** Sum of (x - mean)². */
  squares: number;
}

export const noMoments: Moments = { n: 0, mean: 0, squares: 0 };

/** In two passes, with the rounding error of the mean taken out again (Chan, Golub, LeVeque 1983). */
export function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  if (n === 0) return noMoments;
  let sum = 0;
  for (const value of values) sum += value;
  const rough = sum / n;
  let rest = 0;
  let squares = 0;
  for (const value of values) {
    const deviation = value - rough;
    rest += deviation;
    squares += deviation * deviation;
  }
  return { n, mean: rough + rest / n, squares: Math.max(0, squares - (rest * rest) / n) };
}

/** The moments of both sets of values together (Chan's formula). */
export function combined(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (apart * b.n) / n,
    squares: a.squares + b.squares + (apart * apart * a.n * b.n) / n,
  };
}

/** Of a sample: the root of squares / (n - 1); undefined of fewer than two values. */
export function sampleSd({ n, squares }: Moments): number | undefined {
  return n < 2 ? undefined : Math.sqrt(squares / (n - 1));
}
