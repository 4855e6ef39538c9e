import { RigError } from '../../core/errors.js';
import { judge, limitsText, type Measurement } from '../../core/measurement.js';
import type { CheckMeasure } from './check.js';
import { compilePattern } from './pattern.js';
import { quoted } from './quoted.js';

export interface TakenMeasurements {
  measurements: Measurement[];
  /** For each value that the response does not hold, its name and why. */
  missing: string[];
}

/** Takes the values out of a response, judged against their limits. Throws CONFIG_INVALID for a broken pattern. */
export function takeMeasurements(
  measures: readonly CheckMeasure[],
  response: string,
  step: string,
): TakenMeasurements {
  const taken: TakenMeasurements = { measurements: [], missing: [] };
  for (const measure of measures) {
    const { name, unit, limits, pattern, type } = measure;
    const text = compilePattern(pattern, `measure ${name}`).exec(response)?.groups?.['value'];
    const value = text === undefined || type === 'text' ? text : readNumber(text);
    if (value === undefined) {
      const why = text === undefined ? `no match of /${pattern}/` : `"${quoted(text)}" is not a number`;
      taken.missing.push(`${name} (${why} in "${quoted(response.trim().replaceAll('\n', ' ⏎ '))}")`);
      continue;
    }
    const result = type === 'number' && typeof value === 'string' ? 'fail' : judge(value, limits);
    taken.measurements.push({ name, value, unit, result, step, ...(limits && { limits }) });
  }
  return taken;
}

/** Throws CHECK_LIMIT for values outside their limits, with all of them in the message, and CHECK_NOT_MEASURED for values that are not there. */
export function throwUnlessGood(check: string, { measurements, missing }: TakenMeasurements): void {
  const outside = measurements.filter((measurement) => measurement.result === 'fail').map(outsideText);
  const unmeasured = missing.length === 0 ? '' : `not measured: ${missing.join(', ')}`;
  if (outside.length > 0) {
    const what = [outside.join(', '), unmeasured].filter((part) => part !== '').join('; ');
    throw new RigError('CHECK_LIMIT', `check ${check}: ${what}`);
  }
  if (missing.length > 0) throw new RigError('CHECK_NOT_MEASURED', `check ${check}: ${unmeasured}`);
}

function outsideText({ name, value, unit, limits }: Measurement): string {
  const shown = `${name} = ${String(value)}${unit === '' ? '' : ` ${unit}`}`;
  const bounds = limitsText(limits);
  return bounds === ''
    ? `${shown} (not a number)`
    : `${shown} (limits ${bounds}${unit === '' ? '' : ` ${unit}`})`;
}

/**
 * Decimal, with sign, fraction and exponent, or hexadecimal with 0x. What a board prints for a value that is none (`nan`, `inf`) stays text, since records
 * hold finite numbers only; anything else is undefined.
 */
function readNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  const hex = /^([+-]?)0x([0-9a-f]+)$/i.exec(trimmed);
  if (hex) return Number.parseInt(`${hex[1] ?? ''}${hex[2] ?? ''}`, 16);
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  return /^[+-]?(?:nan|inf|infinity)$/i.test(trimmed) ? trimmed : undefined;
}
