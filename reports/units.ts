import { unitId, unitName, type AttemptRecord } from '../core/record.js';
import { recordOfUnfinished, type RunData } from './run-data.js';

/** One board under one programme, with every attempt at it. Its result is that of the last attempt. */
export interface Unit {
  /** MAC, or the slot when the board never said who it is; with its station where there are several. */
  name: string;
  station: string;
  slot: string;
  programme: string;
  /** In order of time, at least one. */
  attempts: AttemptRecord[];
  first: AttemptRecord;
  last: AttemptRecord;
}

/**
 * Sorts attempts into units. Attempts at a slot belong to one board until the slot shows another MAC; attempts at other slots
 * never do, since a MAC seen in two slots is what DUPLICATE_MAC is about. The order is that of the first attempts' slots.
 */
export function unitsOf(data: RunData): Unit[] {
  const lastAt = data.runs.at(-1)?.lastAt ?? '';
  const open = data.unfinished.map((header) => recordOfUnfinished(header, lastAt));
  const groups = new Map<string, AttemptRecord[][]>();
  for (const record of [...data.attempts, ...open]) {
    const key = [record.station, record.slot, record.programme].join('\0');
    const boards = groups.get(key) ?? [];
    groups.set(key, boards);
    const current = boards.at(-1);
    if (current && sameBoard(current, record)) current.push(record);
    else boards.push([record]);
  }
  const stations = new Set(data.runs.flatMap(({ header }) => header.stations));
  const units = [...groups.values()].flat().map((attempts) => toUnit(attempts, stations.size > 1));
  return units.sort(byPlace);
}

/** The units of a run that is still in this process, all of whose attempts have records. */
export function unitsOfRecords(records: readonly AttemptRecord[]): Unit[] {
  const chain = { lines: records.length, head: '' };
  return unitsOf({ batch: '', runs: [], attempts: [...records], unfinished: [], chain });
}

function sameBoard(attempts: readonly AttemptRecord[], record: AttemptRecord): boolean {
  const known = attempts.findLast(({ device }) => device !== undefined)?.device;
  return known === undefined || record.device === undefined || unitId(known) === unitId(record.device);
}

function toUnit(attempts: AttemptRecord[], severalStations: boolean): Unit {
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last === undefined) throw new Error('a unit has at least one attempt');
  const { station, slot, programme } = last;
  const device = attempts.findLast((attempt) => attempt.device !== undefined)?.device;
  const place = severalStations ? `${station}/${slot}` : slot;
  const name = unitName({ slot: place, ...(device && { device }) });
  return { name, station, slot, programme, attempts, first, last };
}

/** `slot10` after `slot9`. */
function byPlace(a: Unit, b: Unit): number {
  const order = (x: string, y: string) => x.localeCompare(y, 'en', { numeric: true });
  return order(a.station, b.station) || order(a.slot, b.slot) || order(a.first.startedAt, b.first.startedAt);
}
