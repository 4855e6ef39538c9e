import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { RigError } from '../core/errors.js';
import { csvLines } from './batch-results.js';
import { factoryColumns, type FactoryDay, type FactoryRow } from './factory-records.js';

const rowsAtOnce = 500;

/**
 * The day's table with the rows of `day` worked in, in pieces: rows of other units stay where they are, a unit's older row is replaced, unknown columns
 * are kept. Throws REPORT_FAILED when what is there already is not a table.
 */
export async function* mergedFactoryRecords(
  existing: Readable | undefined,
  day: FactoryDay,
  path: string,
): AsyncGenerator<string> {
  let waiting: string[][] = [];
  for await (const row of mergedRows(existing, day, path)) {
    waiting.push(row);
    if (waiting.length < rowsAtOnce) continue;
    yield csvLines(waiting);
    waiting = [];
  }
  yield csvLines(waiting);
}

async function* mergedRows(
  existing: Readable | undefined,
  day: FactoryDay,
  path: string,
): AsyncGenerator<string[]> {
  let table: Table | undefined;
  const told = new Set<string>();
  for await (const cells of existing ? cellsOf(existing, path) : []) {
    if (table === undefined) {
      table = tableWith(cells, path);
      yield table.columns;
      continue;
    }
    const key = cells[table.key] ?? '';
    const row = day.row(key);
    const isOlder = row !== undefined && row.endTime >= (cells[table.endTime] ?? '');
    // A table that somebody has edited may have a unit twice.
    if (isOlder && told.has(key)) continue;
    if (row) told.add(key);
    yield table.filled(cells, isOlder ? row : undefined);
  }
  if (table === undefined) {
    table = tableWith(factoryColumns, path);
    yield table.columns;
  }
  for (const deviceId of day.deviceIds()) if (!told.has(deviceId)) yield table.filled([], day.row(deviceId));
}

interface Table {
  /** Those of the file, then those that it did not have. */
  columns: string[];
  /** Where the device id stands in a row. */
  key: number;
  endTime: number;
  /** A whole row: these cells, with the row's in their places. */
  filled(cells: readonly string[], row: FactoryRow | undefined): string[];
}

function tableWith(header: readonly string[], path: string): Table {
  if (!header.includes('DeviceId')) throw notATable(path, 'it has no column DeviceId');
  const columns = [...new Set([...header, ...factoryColumns])];
  const places = factoryColumns.map((column) => columns.indexOf(column));
  return {
    columns,
    key: columns.indexOf('DeviceId'),
    endTime: columns.indexOf('EndTime'),
    filled(cells, row) {
      const filled = columns.map((_, index) => cells[index] ?? '');
      for (const [index, cell] of (row?.cells ?? []).entries()) filled[places[index] ?? 0] = cell;
      return filled;
    },
  };
}

async function* cellsOf(existing: Readable, path: string): AsyncGenerator<string[]> {
  const parser = parse({ bom: true, skip_empty_lines: true });
  existing.once('error', (cause) => parser.destroy(cause));
  try {
    yield* existing.pipe(parser) as AsyncIterable<string[]>;
  } catch (cause) {
    throw notATable(path, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    existing.destroy();
  }
}

function notATable(path: string, why: string, cause?: unknown): RigError {
  return new RigError('REPORT_FAILED', `${path} is not a table of factory records: ${why}`, { cause });
}
