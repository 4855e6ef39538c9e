import { stripVTControlCharacters } from 'node:util';
import { catalogue, type ErrorCode } from '../core/error-catalogue.js';
import type { FailureRecord } from '../core/record.js';

/** Text for a table cell: no terminal codes, no control characters, one line. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** `FLASH_VERIFY_MISMATCH: app differs at 0x10000`, on one line. */
export function failureText(failure: FailureRecord): string {
  return `${failure.code}: ${oneLine(failure.message)}`;
}

/** The catalogue's remedy for a code; empty for one that this version does not know. */
export function remedyFor(code: string): string {
  return code in catalogue ? catalogue[code as ErrorCode].remedy : '';
}

/** `9.3s`, `2m 05s`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
}
