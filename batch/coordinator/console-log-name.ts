import type { AttemptHeader } from '../../core/record.js';

/** Path of an attempt's console log, relative to the results folder. */
export function consoleLogOf(
  { unit, station, slot, attempt }: AttemptHeader,
  isOneOfSeveral: boolean,
): string {
  const place = `${isOneOfSeveral ? `${station}-` : ''}${slot}`;
  return unit === undefined
    ? `console/${place}-${attempt}.log`
    : `console/unit${String(unit).padStart(4, '0')}-${attempt}-${place}.log`;
}
