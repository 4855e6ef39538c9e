/** The part of cephes 3.3 that is used here: its package has types that its own `exports` hide from NodeNext. */
declare module 'cephes' {
  /** Resolves when the functions can be called. */
  export const compiled: Promise<void>;
  /** Standard normal distribution up to `x`. */
  export function ndtr(x: number): number;
  /** The inverse of `ndtr`, for 0 < p < 1. */
  export function ndtri(p: number): number;
  /** Regularised incomplete beta function I_x(a, b). */
  export function incbet(a: number, b: number, x: number): number;
  /** The x at which the regularised upper incomplete gamma function Q(a, x) is `p`. */
  export function igami(a: number, p: number): number;
  /** Logarithm of the gamma function. */
  export function lgam(x: number): number;
}
