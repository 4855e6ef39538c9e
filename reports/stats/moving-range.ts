/** Mean range of two values from a normal distribution with σ = 1, as the tables of control charts have it. */
const meanRangeOfTwo = 1.128;

/** The spread within: what is left when slow drift and offsets between slots are left out. */
export interface WithinSpread {
  sigma: number;
  /** Degrees of freedom; not whole. */
  degrees: number;
}

/** Moving ranges along several chains of values, pooled. */
export interface MovingRanges {
  /** The next value of this chain. */
  add(chain: number, value: number): void;
  /** Undefined while no chain has two values. */
  spread(): WithinSpread | undefined;
}

/**
 * σ within from the average moving range of two consecutive values of a chain: R̄ / 1.128 (NIST e-Handbook 6.3.2.2). The degrees of freedom
 * are those of a chi-squared distribution with the variance that Cryer and Ryan give (Journal of Quality Technology 22, 1990): of n values in a chain, the sum
 * of the ranges, in units of 1.128 σ, has the variance 0.8264 n - 1.082.
 */
export function movingRanges(): MovingRanges {
  const chains = new Map<number, { last: number; n: number }>();
  let sum = 0;
  let ranges = 0;
  return {
    add(chain, value) {
      const known = chains.get(chain);
      if (known === undefined) return void chains.set(chain, { last: value, n: 1 });
      sum += Math.abs(value - known.last);
      ranges += 1;
      known.last = value;
      known.n += 1;
    },
    spread() {
      if (ranges === 0) return undefined;
      let variance = 0;
      for (const { n } of chains.values()) if (n > 1) variance += 0.8264 * n - 1.082;
      return { sigma: sum / ranges / meanRangeOfTwo, degrees: (ranges * ranges) / (2 * variance) };
    },
  };
}
