import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { suggestion } from '../../core/nearest-name.js';
import type { Problem } from '../problem.js';
import type { Station } from '../types.js';
import type { Said } from './said.js';
import { serialMisfit } from './serial-rule.js';
import type { BatchUnit } from './types.js';
import { columnsOf, type Column, type ProblemAt, type Row } from './unit-columns.js';

/** What of a list is wrong in so many places that the rest is only counted. */
const shownProblems = 100;

/**
 * Reads the units of a batch from a CSV file: a row a unit, in the order of their numbers. Every bad row is a problem with its line. UTF-8 with or without a
 * byte order mark, `,` or `;` between the columns, either line end.
 */
export async function readUnitList(
  list: Said<string>,
  stations: readonly Station[],
): Promise<{ units: BatchUnit[]; notices: string[]; problems: Problem[] }> {
  const bytes = await readFile(list.value).catch(
    (thrown: NodeJS.ErrnoException) => thrown.code ?? String(thrown),
  );
  if (typeof bytes === 'string') {
    const why =
      bytes === 'ENOENT'
        ? `there is no unit list ${list.value}`
        : `the unit list ${list.value} cannot be read (${bytes})`;
    return { units: [], notices: [], problems: [list.problem(`${why}; copy it there, or correct the path`)] };
  }
  const file = list.value;
  const problemAt = (line: number, path: string, what: string): Problem => ({
    file,
    line,
    column: 1,
    path,
    what,
  });
  const rows = rowsOf(bytes);
  if (!Array.isArray(rows))
    return { units: [], notices: [], problems: [problemAt(rows.line, '', rows.what)] };
  const [header, ...records] = rows;
  if (header === undefined || records.length === 0) {
    const what = `${basename(file)} has no row with a unit; the first row names the columns (serial, mac, station, slot, …), each further one is a unit`;
    return { units: [], notices: [], problems: [problemAt(1, '', what)] };
  }
  const { places, values, problems: misnamed, notices } = columnsOf(header, problemAt);
  if (misnamed.length > 0) return { units: [], notices: [], problems: misnamed };
  const check = rowChecks(stations, problemAt);
  const problems: Problem[] = [];
  const units = records.map(({ cells, line }, index): BatchUnit => {
    const number = index + 1;
    if (cells.length !== header.cells.length) {
      const what = `has ${cells.length} columns, but the header has ${header.cells.length}; put values that contain a comma in quotes`;
      problems.push(problemAt(line, '', what));
      return { number };
    }
    const cell = (column: Column) => (cells[places[column] ?? -1] ?? '').trim();
    const written = {
      serial: cell('serial'),
      mac: cell('mac'),
      station: cell('station'),
      slot: cell('slot'),
    };
    const { found, place } = check(written, line, places);
    problems.push(...found);
    const further = values.flatMap(({ name, at }) => {
      const value = (cells[at] ?? '').trim();
      return value === '' ? [] : [[name, value]];
    });
    return {
      number,
      serial: written.serial,
      ...(written.mac !== '' && { mac: plainMac(written.mac) }),
      ...(further.length > 0 && { values: Object.fromEntries(further) as Record<string, string> }),
      ...(place && { place }),
    };
  });
  return {
    units,
    notices: notices.map((notice) => `${basename(file)}: ${notice}`),
    problems: shortened(problems, problemAt),
  };
}

function rowsOf(bytes: Buffer): Row[] | { line: number; what: string } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { line: 1, what: 'is not UTF-8; save the file with the encoding UTF-8' };
  }
  const [first = ''] = text.split('\n', 1);
  const delimiter = first.includes(';') && !first.includes(',') ? ';' : ',';
  try {
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true, info: true, delimiter };
    const records = parse(text, options) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: beginOf(record, info.lines) }));
  } catch (thrown) {
    const { message = String(thrown), lines = 1 } = thrown as { message?: string; lines?: number };
    return { line: Math.max(1, lines), what: `not CSV: ${message}; check the quotes here and above` };
  }
}

/** The parser says where a record ends. */
function beginOf(cells: readonly string[], end: number): number {
  return end - cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

/** Keeps in mind what the rows before had. */
function rowChecks(stations: readonly Station[], problemAt: ProblemAt) {
  const serials = new Map<string, number>();
  const macs = new Map<string, number>();
  const slots = new Map(stations.map(({ name, slots: all }) => [name, new Set(all.map(({ id }) => id))]));
  const once = (seen: Map<string, number>, value: string, line: number, path: string): Problem[] => {
    const earlier = seen.get(value);
    if (earlier === undefined) seen.set(value, line);
    return earlier === undefined
      ? []
      : [problemAt(line, path, `"${value}" is already the unit of line ${earlier}; each unit has its own`)];
  };
  return (
    row: Record<Column, string>,
    line: number,
    places: Partial<Record<Column, number>>,
  ): { found: Problem[]; place?: { station: string; slot: string } } => {
    const found: Problem[] = [];
    if (row.serial === '')
      found.push(problemAt(line, 'serial', 'is missing; every unit has a serial number'));
    else found.push(...once(serials, row.serial, line, 'serial'));
    const misfit = serialMisfit(row.serial);
    if (misfit !== undefined) found.push(problemAt(line, 'serial', misfit));
    if (row.mac !== '' && !macPattern.test(row.mac))
      found.push(
        problemAt(line, 'mac', `is "${row.mac}"; a MAC has six pairs of hex digits, 24:6f:28:84:00:01`),
      );
    else if (row.mac !== '') found.push(...once(macs, plainMac(row.mac), line, 'mac'));
    if (row.station === '' && row.slot === '') return { found };
    const [only, another] = slots.keys();
    const station = row.station === '' && another === undefined ? only : row.station;
    const ids = slots.get(station ?? '');
    if (ids === undefined) {
      const what =
        row.station === ''
          ? 'is missing; several stations have such a slot'
          : `there is no station "${row.station}" in this batch`;
      found.push(problemAt(line, 'station', `${what}; ${suggestion(row.station, [...slots.keys()])}`));
    } else if (row.slot === '') {
      const what = places.slot === undefined ? 'stands without a column slot' : 'stands without a slot';
      found.push(problemAt(line, 'station', `${what}; name the slot too, or leave the station out`));
    } else if (!ids.has(row.slot)) {
      found.push(
        problemAt(
          line,
          'slot',
          `there is no slot "${row.slot}" in ${station}; ${suggestion(row.slot, [...ids])}`,
        ),
      );
    } else return { found, place: { station: station ?? '', slot: row.slot } };
    return { found };
  };
}

const macPattern = /^([0-9a-f]{12}|[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5})$/i;

/** As the loader says it: `24:6f:28:84:00:01`. */
export function plainMac(mac: string): string {
  const digits = mac.toLowerCase().replace(/[^0-9a-f]/g, '');
  return digits.match(/../g)?.join(':') ?? mac;
}

function shortened(problems: Problem[], problemAt: ProblemAt): Problem[] {
  const more = problems.slice(shownProblems);
  const [next] = more;
  if (next === undefined) return problems;
  return [
    ...problems.slice(0, shownProblems),
    problemAt(next.line, '', `and ${more.length} more rows are wrong; correct these first`),
  ];
}
