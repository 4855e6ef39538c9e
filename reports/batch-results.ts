import { stringify } from 'csv-stringify/sync';
import { csvStatus } from '../core/outcome.js';
import type { SelftestRecord } from '../core/record.js';
import { failureText } from './text.js';
import type { Unit } from './units.js';

const columns = ['Device', 'Port', 'StartTime', 'EndTime', 'Status', 'ErrorCode', 'Notes'] as const;

/** `batch_results.csv` (RFC 4180): a row a unit, that of its last attempt. */
export function batchResultsCsv(units: readonly Unit[]): string {
  return csv(columns, units.map(row));
}

/** A table with its header line; line ends are CR LF and quotes are set where they are needed, as RFC 4180 has it. */
export function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify([header, ...rows] as string[][], { record_delimiter: 'windows' });
}

function row({ name, last, attempts }: Unit): string[] {
  const { port, startedAt, endedAt, outcome, failure } = last;
  return [name, port, startedAt, endedAt, csvStatus[outcome], failure?.code ?? '', notes(attempts)];
}

function notes(attempts: Unit['attempts']): string {
  const record = attempts.at(-1);
  const last = record?.failure;
  // So that nobody takes a board that was only looked at for one that is provisioned.
  const looked = record?.proof === 'identity' && record.outcome === 'pass';
  const fit = record?.proof === 'rig' && record.outcome === 'pass';
  const { bootedVersion } = record?.rollback ?? {};
  const restored = record?.flashState === 'restored';
  const earlier = attempts
    .slice(0, -1)
    .map(({ attempt, outcome, failure }) => `attempt ${attempt}: ${failure?.code ?? outcome}`);
  return [
    ...(last ? [failureText(last)] : []),
    ...(fit ? [`self-test: the slot is fit (${nestText(record.selftest)})`] : []),
    ...(looked ? ['identified only; nothing was written'] : []),
    ...(restored ? [`holds again what it held before${bootedVersion ? ` (${bootedVersion})` : ''}`] : []),
    ...earlier,
  ].join('; ');
}

/** What was in the nest, and that it was judged rightly. */
function nestText(selftest: SelftestRecord | undefined): string {
  const { nest, unit } = selftest ?? {};
  if (nest === 'golden') return 'the golden unit passed';
  if (nest === 'knownBad') return `the known-bad unit failed: ${unit?.failure?.code ?? ''}`;
  return 'the nest was empty';
}
