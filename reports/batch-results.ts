import { stringify } from 'csv-stringify/sync';
import { csvStatus } from '../core/outcome.js';
import type { SelftestRecord } from '../core/record.js';
import { flashStateText } from './flash-text.js';
import { passingAttempt } from './tally.js';
import { failureText } from './text.js';
import type { StoredRecord, Unit } from './units.js';

/** The columns of `batch_results.csv`. */
export const resultColumns = [
  'Device',
  'Port',
  'StartTime',
  'EndTime',
  'Status',
  'ErrorCode',
  'Notes',
] as const;

/** Lines of a table; line ends are CR LF and quotes are set where they are needed, as RFC 4180 has it. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: 'windows' });
}

/** A table with its header line. */
export function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return csvLines([header, ...rows]);
}

/** A unit in `batch_results.csv`: a row, that of its last attempt. */
export function resultRow(unit: Unit<StoredRecord>): string[] {
  const { port, startedAt, endedAt, failure } = unit.last;
  return [unit.name, port, startedAt, endedAt, csvStatus[unit.outcome], failure?.code ?? '', notes(unit)];
}

function notes(unit: Unit<StoredRecord>): string {
  const { last, attempts, isWithdrawn } = unit;
  // So that nobody takes a board that was only looked at for one that is provisioned.
  const looked = last.proof === 'identity' && last.outcome === 'pass';
  const fit = last.proof === 'rig' && last.outcome === 'pass';
  const { bootedVersion } = last.rollback ?? {};
  const restored = last.flashState === 'restored';
  const passedOn = passingAttempt(unit) ?? 1;
  const earlier = attempts
    .slice(0, -1)
    .map(({ outcome, failure }, index) => `attempt ${index + 1}: ${failure?.code ?? outcome}`);
  return [
    ...(last.failure ? [failureText(last.failure)] : []),
    ...(fit ? [`self-test: the slot is fit (${nestText(last.selftest)})`] : []),
    ...(looked ? ['identified only; nothing was written'] : []),
    ...(isWithdrawn ? ['rolled back by its batch: not provisioned'] : []),
    ...(restored ? [`holds again what it held before${bootedVersion ? ` (${bootedVersion})` : ''}`] : []),
    ...(isWithdrawn && !restored ? [flashStateText(last.flashState)] : []),
    ...(passedOn > 1 ? [`passed on attempt ${passedOn}`] : []),
    ...earlier,
  ]
    .filter((note) => note !== '')
    .join('; ');
}

/** What was in the nest, and that it was judged rightly. */
function nestText(selftest: SelftestRecord | undefined): string {
  const { nest, unit } = selftest ?? {};
  if (nest === 'golden') return 'the golden unit passed';
  if (nest === 'knownBad') return `the known-bad unit failed: ${unit?.failure?.code ?? ''}`;
  return 'the nest was empty';
}
