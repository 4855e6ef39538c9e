import type { Interval, Share } from './interval.js';

/** `97.4 %`; with more decimals where fewer would claim 0 or 100 % of something that is neither. */
export function percentText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  for (const decimals of [1, 2, 3]) {
    const text = (100 * value).toFixed(decimals);
    const claims = Number(text) === 0 || Number(text) === 100;
    if (!claims || Number(text) === 100 * value) return `${text} %`;
  }
  return value < 0.5 ? '< 0.001 %' : '> 99.999 %';
}

/** `96.9 … 97.8 %` */
export function percentRange(interval: Interval | null): string {
  if (interval === null) return '–';
  return `${(100 * interval.low).toFixed(1)} … ${(100 * interval.high).toFixed(1)} %`;
}

/** `97.4 % (96.9 … 97.8 %)` */
export function shareText({ value, interval }: Share): string {
  return value === null ? '–' : `${percentText(value)} (${percentRange(interval)})`;
}

/** With so many significant digits, whole numbers whole: `299.9`, `0.0790`, `123457`. */
export function numberText(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 10 ** digits) return value.toFixed(0);
  const text = value.toPrecision(digits);
  return text.includes('e') ? Number(text).toString() : text;
}

/** An index with two decimals, and its interval: `1.33 (1.28 … 1.38)`. */
export function indexText(index: { value: number; interval: Interval } | null | undefined): string {
  if (!index) return '–';
  const { value, interval } = index;
  return `${value.toFixed(2)} (${interval.low.toFixed(2)} … ${interval.high.toFixed(2)})`;
}

/** `p < 0.001`, `p = 0.012` */
export function probabilityText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
