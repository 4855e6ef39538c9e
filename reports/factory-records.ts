import { parse } from 'csv-parse/sync';
import { RigError } from '../core/errors.js';
import { csvStatus } from '../core/outcome.js';
import { unitId, type AttemptRecord } from '../core/record.js';
import { rounded } from './tally.js';
import { csv } from './batch-results.js';
import type { Unit } from './units.js';

/** The columns of this version. Columns are only ever appended; files keep what other versions added. */
const factoryColumns = [
  'DeviceId',
  'MAC',
  'Board',
  'FirmwareVersion',
  'FlashTimeSeconds',
  'Station',
  'Slot',
  'TestResults',
  'QRCode',
  'Result',
  'ErrorCode',
  'Attempts',
  'EndTime',
  'Run',
  'Release',
] as const;

type Row = Record<string, string>;

/**
 * The rows of a run by day (`YYYYMMDD`, UTC, of the end of the attempt). Only attempts that had a board and set out to change it count: a row a unit,
 * from the last such attempt of the day. A unit that was given back what it held before has been withdrawn, whatever it was before.
 */
export function factoryRows(units: readonly Unit[]): Map<string, Row[]> {
  const days = new Map<string, Map<string, Row>>();
  for (const unit of units) {
    const proving = unit.attempts.filter(isOfItsState);
    for (const record of proving) {
      const day = record.endedAt.slice(0, 10).replaceAll('-', '');
      const rows = days.get(day) ?? new Map<string, Row>();
      days.set(day, rows);
      const row = toRow(record, proving.length);
      const other = rows.get(keyOf(row));
      if (other === undefined || isNewer(row, other)) rows.set(keyOf(row), row);
    }
  }
  return new Map([...days].map(([day, rows]) => [day, [...rows.values()]]));
}

/**
 * The day's file with `rows` worked in: rows of other units stay, a unit's older row is replaced, unknown columns are kept. Throws
 * REPORT_FAILED when the file is not a table: it is left alone.
 */
export function mergeFactoryRecords(
  existing: string | undefined,
  rows: readonly Row[],
  path: string,
): string {
  const table = readTable(existing ?? '', path);
  const merged = new Map(table.rows.map((row) => [keyOf(row), row]));
  for (const row of rows) {
    const other = merged.get(keyOf(row));
    if (other === undefined || isNewer(row, other)) merged.set(keyOf(row), { ...other, ...row });
  }
  const columns = [...new Set([...table.columns, ...factoryColumns])];
  return csv(
    columns,
    [...merged.values()].map((row) => columns.map((column) => row[column] ?? '')),
  );
}

/** Whether an attempt says what the unit is worth now. One that was to give it back what it held, and wrote nothing, does not. */
function isOfItsState(record: AttemptRecord): boolean {
  const { proof, flashState } = record;
  if (proof === 'backup') return flashState === 'restored' || flashState === 'unproved';
  return proof === 'release' && wasTouched(record);
}

/** A lease that was refused, since another run held the slot for one, says nothing of any board. */
function wasTouched({ device, steps, consoleLog }: AttemptRecord): boolean {
  return device !== undefined || steps.length > 0 || consoleLog !== undefined;
}

function toRow(record: Unit['last'], attempts: number): Row {
  const { device, flash, failure, release, station, slot, rollback, outcome } = record;
  const isWithdrawn = record.proof === 'backup';
  // A board that shows another one's address does not own it, and must not replace the other one's row.
  const id = failure?.code === 'DUPLICATE_MAC' || !device ? undefined : unitId(device);
  return {
    DeviceId: id ?? `${record.runId}/${station}/${slot}`,
    MAC: device?.mac ?? '',
    Board: record.board,
    FirmwareVersion: (isWithdrawn ? rollback?.bootedVersion : record.bootedVersion) ?? '',
    FlashTimeSeconds: flash ? String(rounded(flash.seconds, 2)) : '',
    Station: station,
    Slot: slot,
    TestResults: testResults(record),
    QRCode: '',
    Result: csvStatus[isWithdrawn && outcome === 'pass' ? 'aborted' : outcome],
    ErrorCode: failure?.code ?? '',
    Attempts: String(attempts),
    EndTime: record.endedAt,
    Run: record.runId,
    Release: isWithdrawn ? '' : release.name,
  };
}

/** `detect=pass;flash=pass;wifi=fail`: the steps of the programme, without those inside of others. */
function testResults({ steps }: Unit['last']): string {
  const outer = steps.filter(({ name }) => !name.includes(' › '));
  return outer.map(({ name, result }) => `${name.replace(/[;=]/g, '_')}=${result}`).join(';');
}

function keyOf(row: Row): string {
  return row['DeviceId'] ?? '';
}

function isNewer(row: Row, other: Row): boolean {
  return (row['EndTime'] ?? '') >= (other['EndTime'] ?? '');
}

function readTable(text: string, path: string): { columns: string[]; rows: Row[] } {
  let columns: string[] = [];
  try {
    const rows = parse(text, {
      bom: true,
      columns: (header: string[]) => (columns = header),
      skip_empty_lines: true,
    });
    if (columns.length > 0 && !columns.includes('DeviceId')) throw new Error('it has no column DeviceId');
    return { columns, rows: rows as Row[] };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('REPORT_FAILED', `${path} is not a table of factory records: ${why}`, { cause });
  }
}
