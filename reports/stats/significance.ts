import { logFactorial, studentTwoSided } from './distributions.js';
import { sampleSd, type Moments } from './moments.js';

/** A difference whose p, corrected for the number of tests, is below this is called significant. */
export const significantBelow = 0.05;

/** A group takes part in a test with this many values or more: fewer hardly ever differ significantly, and cost the others their sharpness. */
export const fewestForTest = 5;

/** Relative tolerance within which two tables are equally probable, as in R. */
const sameProbability = Math.log1p(1e-7);

/** Good and bad of one group and of the others. */
export interface FourCounts {
  good: number;
  bad: number;
  otherGood: number;
  otherBad: number;
}

/**
 * Fisher's exact test, two-sided: the probability, with the margins as they are, of a table that is no more probable than this one
 * (e-Handbook 7.3.3; R's `fisher.test`).
 */
export function fisherTwoSided({ good, bad, otherGood, otherBad }: FourCounts): number {
  const drawn = good + bad;
  const goods = good + otherGood;
  const all = drawn + otherGood + otherBad;
  const first = Math.max(0, drawn - (all - goods));
  const last = Math.min(drawn, goods);
  const log = (k: number) => logChoose(goods, k) + logChoose(all - goods, drawn - k) - logChoose(all, drawn);
  const most = log(good) + sameProbability;
  const mode = Math.min(last, Math.max(first, Math.floor(((drawn + 1) * (goods + 1)) / (all + 2))));
  if (log(mode) <= most) return 1;
  // Probabilities fall on both sides of the mode, so each tail begins where they are first small enough.
  const below = good < mode ? good : edge(mode, first, -1, (k) => log(k) <= most);
  const above = good > mode ? good : edge(mode, last, 1, (k) => log(k) <= most);
  const p = tail(below, first, -1, log) + tail(above, last, 1, log);
  return Math.min(1, p);
}

/** The k nearest to `from`, on the way to `to`, that is small enough; one past `to` when none is. */
function edge(from: number, to: number, step: 1 | -1, isSmall: (k: number) => boolean): number {
  let near = 0;
  let far = Math.abs(to - from) + 1;
  while (far - near > 1) {
    const middle = Math.floor((near + far) / 2);
    if (isSmall(from + step * middle)) far = middle;
    else near = middle;
  }
  return from + step * far;
}

function tail(from: number, to: number, step: 1 | -1, log: (k: number) => number): number {
  let sum = 0;
  for (let k = from; step * (to - k) >= 0; k += step) {
    const p = Math.exp(log(k));
    sum += p;
    if (p <= sum * 1e-17) break;
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Welch's t-test, two-sided (e-Handbook 7.3.1); undefined where one group has fewer than two values or neither varies. */
export function welch(a: Moments, b: Moments): { t: number; degrees: number; p: number } | undefined {
  const [sdA, sdB] = [sampleSd(a), sampleSd(b)];
  if (sdA === undefined || sdB === undefined) return undefined;
  const [errorA, errorB] = [sdA ** 2 / a.n, sdB ** 2 / b.n];
  const error = errorA + errorB;
  if (error === 0) return undefined;
  const t = (a.mean - b.mean) / Math.sqrt(error);
  const degrees = error ** 2 / (errorA ** 2 / (a.n - 1) + errorB ** 2 / (b.n - 1));
  return { t, degrees, p: studentTwoSided(t, degrees) };
}
