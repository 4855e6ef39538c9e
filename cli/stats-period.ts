import { RigError } from '../core/errors.js';

const spans = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/**
 * The time that a flag says, ISO 8601 in UTC: a date (midnight, local time), a date and time (local unless it says otherwise), or a span back from now such as `8h`. Throws
 * CONFIG_INVALID.
 */
export function parsedTime(flag: string, text: string, nowMs: number): string {
  const span = /^(?<count>\d+)(?<unit>[mhdw])$/.exec(text)?.groups;
  if (span)
    return new Date(nowMs - Number(span['count']) * spans[span['unit'] as keyof typeof spans]).toISOString();
  // JavaScript takes a date alone for UTC; who types it means the day on the wall.
  const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(ms)) {
    throw new RigError(
      'CONFIG_INVALID',
      `${flag} ${text}: no such time; write 2026-03-04, 2026-03-04T06:00Z, or 8h, 7d, 2w for a span back from now`,
    );
  }
  return new Date(ms).toISOString();
}
