/** Limits of a measurement, both inclusive; `equals` compares text or a truth value exactly. */
export interface Limits {
  min?: number;
  max?: number;
  equals?: string | number | boolean;
}

/** One measured value, judged against its limits when it was taken. */
export interface Measurement {
  /** snake_case, unique within the attempt, e.g. `wifi_rssi`. */
  name: string;
  value: number | string | boolean;
  /** SI or field unit, e.g. `V`, `dBm`, `bytes`; empty for text. */
  unit: string;
  limits?: Limits;
  result: 'pass' | 'fail';
  /** The step in which it was taken. */
  step: string;
}

/** Judges a value. A number that is not finite, or a numeric limit on text, fails: nothing passes by default. */
export function judge(value: Measurement['value'], limits: Limits | undefined): Measurement['result'] {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'fail';
  if (limits === undefined) return 'pass';
  if (limits.equals !== undefined && value !== limits.equals) return 'fail';
  if (limits.min === undefined && limits.max === undefined) return 'pass';
  if (typeof value !== 'number') return 'fail';
  const aboveMin = limits.min === undefined || value >= limits.min;
  const belowMax = limits.max === undefined || value <= limits.max;
  return aboveMin && belowMax ? 'pass' : 'fail';
}

/** Limits as a person reads them: `≥ -70`, `3.1 … 3.5`, `= demo`; empty when there are none. */
export function limitsText(limits: Limits | undefined): string {
  if (limits === undefined) return '';
  if (limits.equals !== undefined) return `= ${String(limits.equals)}`;
  if (limits.min !== undefined && limits.max !== undefined) return `${limits.min} … ${limits.max}`;
  if (limits.min !== undefined) return `≥ ${limits.min}`;
  return limits.max === undefined ? '' : `≤ ${limits.max}`;
}

/** The value in the middle, the lower of the two where there are two; NaN of none, which no limits let pass. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
