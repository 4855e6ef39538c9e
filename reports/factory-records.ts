import { csvStatus } from '../core/outcome.js';
import { unitId } from '../core/record.js';
import { rounded } from './tally.js';
import { createTextStore } from './text-store.js';
import type { StoredRecord, Unit } from './units.js';

/** The columns of this version. Columns are only ever appended; files keep what other versions added. */
export const factoryColumns = [
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
  'Serial',
  'Batch',
] as const;

/** A row of the day's table. */
export interface FactoryRow {
  /** ISO 8601: of two rows of a unit the later one counts. */
  endTime: string;
  /** In the order of `factoryColumns`. */
  cells: readonly string[];
}

/** The rows of a results folder. */
export interface FactoryRecords {
  /** Only attempts that had a board and set out to change it count: a row a unit, from the last such attempt of each day. */
  add(unit: Unit<StoredRecord>): void;
  /** `YYYYMMDD`, UTC, of the ends of the attempts. */
  days(): string[];
  /** The rows of a day. */
  ofDay(day: string): FactoryDay;
}

export interface FactoryDay {
  deviceIds(): Iterable<string>;
  /** Undefined for a device that has none. */
  row(deviceId: string): FactoryRow | undefined;
}

/** What is of each unit its own; the other cells are the same for many, and kept once. */
const ownColumns: ReadonlySet<string> = new Set(['DeviceId', 'MAC', 'FlashTimeSeconds', 'EndTime', 'Serial']);

export function createFactoryRecords(): FactoryRecords {
  const rows = createRowStore();
  const placesOfDays = new Map<string, Map<string, number>>();
  const rowAt = (place: number | undefined) => (place === undefined ? undefined : rows.get(place));
  const put = (deviceId: string, row: FactoryRow) => {
    const day = row.endTime.slice(0, 10).replaceAll('-', '');
    const places = placesOfDays.get(day) ?? new Map<string, number>();
    placesOfDays.set(day, places);
    const other = rowAt(places.get(deviceId));
    if (other === undefined || row.endTime >= other.endTime) places.set(deviceId, rows.add(row));
  };
  return {
    add(unit) {
      const proving = unit.attempts.filter(isOfItsState);
      for (const record of proving) {
        const cells = toCells(record, unit, proving.length);
        put(cells[0], { endTime: record.endedAt, cells });
      }
    },
    days: () => [...placesOfDays.keys()],
    ofDay(day) {
      const places = placesOfDays.get(day) ?? new Map<string, number>();
      return { deviceIds: () => places.keys(), row: (deviceId) => rowAt(places.get(deviceId)) };
    },
  };
}

/** Rows in a fourth of the memory that they would take. */
function createRowStore() {
  const store = createTextStore();
  const patterns: string[] = [];
  const placeOf = new Map<string, number>();
  const isOwn = factoryColumns.map((column) => ownColumns.has(column));
  return {
    add({ endTime, cells }: FactoryRow): number {
      const pattern = JSON.stringify(cells.map((cell, index) => (isOwn[index] ? '' : cell)));
      const known = placeOf.get(pattern) ?? patterns.push(pattern) - 1;
      placeOf.set(pattern, known);
      return store.add(JSON.stringify([known, endTime, ...cells.filter((_, index) => isOwn[index])]));
    },
    get(place: number): FactoryRow {
      const [known, endTime, ...own] = JSON.parse(store.get(place)) as [number, string, ...string[]];
      const pattern = JSON.parse(patterns[known] ?? '[]') as string[];
      return { endTime, cells: pattern.map((cell, index) => (isOwn[index] ? (own.shift() ?? '') : cell)) };
    },
  };
}

/** Whether an attempt says what the unit is worth now. One that was to give it back what it held, and wrote nothing, does not. */
function isOfItsState(record: StoredRecord): boolean {
  const { proof, flashState } = record;
  if (proof === 'backup') return flashState === 'restored' || flashState === 'unproved';
  return proof === 'release' && wasTouched(record);
}

/** A lease that was refused, since another run held the slot for one, says nothing of any board. */
function wasTouched({ device, steps, consoleLog }: StoredRecord): boolean {
  return device !== undefined || steps.length > 0 || consoleLog !== undefined;
}

function toCells(record: StoredRecord, unit: Unit<StoredRecord>, attempts: number): [string, ...string[]] {
  const { device, flash, failure, release, station, slot, rollback, outcome } = record;
  // A unit that was given back what it held before has been withdrawn, whatever it was before.
  const isWithdrawn = record.proof === 'backup';
  const row: Record<(typeof factoryColumns)[number], string> = {
    DeviceId: deviceId(record, unit),
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
    Serial: record.serial ?? '',
    Batch: unit.number === undefined ? '' : record.batch,
  };
  return [row.DeviceId, ...factoryColumns.slice(1).map((column) => row[column])];
}

/** What stands for a board that never said who it is is its place in the batch, or in the run. */
function deviceId(record: StoredRecord, { number, attempts }: Unit<StoredRecord>): string {
  const { device, failure, runId, station, slot, batch, serial } = record;
  // A board that shows another one's address does not own it, and must not replace the other one's row.
  const isOwn = failure?.code !== 'DUPLICATE_MAC';
  const own = isOwn && device ? unitId(device) : undefined;
  if (number === undefined) return own ?? `${runId}/${station}/${slot}`;
  const known = attempts.findLast((attempt) => attempt.device && attempt.failure?.code !== 'DUPLICATE_MAC');
  const other = isOwn && known?.device ? unitId(known.device) : undefined;
  return own ?? other ?? serial ?? `${batch}/unit${number}`;
}

/** `detect=pass;flash=pass;wifi=fail`: the steps of the programme, without those inside of others. */
function testResults({ steps }: StoredRecord): string {
  const outer = steps.filter(({ name }) => !name.includes(' › '));
  return outer.map(({ name, result }) => `${name.replace(/[;=]/g, '_')}=${result}`).join(';');
}
