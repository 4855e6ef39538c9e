import type { Outcome } from '../core/outcome.js';
import {
  unitId,
  type AttemptRecord,
  type DeviceIdentity,
  type FailureRecord,
  type FlashSummary,
} from '../core/record.js';

/** What counting and grouping need of an attempt; a record has all of it. Of 100,000 attempts this is kept in memory, and the records are not. */
export type AttemptFacts = Pick<
  AttemptRecord,
  | 'station'
  | 'slot'
  | 'programme'
  | 'unit'
  | 'serial'
  | 'wave'
  | 'outcome'
  | 'proof'
  | 'flashState'
  | 'notOff'
> & {
  /** Left out for a unit of a batch, whose order is that of its number. */
  startedAt?: string;
  failure?: Pick<FailureRecord, 'code' | 'category'>;
  device?: Pick<DeviceIdentity, 'mac' | 'uid'>;
  flash?: Pick<FlashSummary, 'seconds' | 'sizeBytes'>;
  /** It began and has no record: its run died. */
  isOpen?: boolean;
  /** What it says of its unit of a batch counts; otherwise the unit stays to be done. */
  isVerdict?: boolean;
};

/** A record as the reports read it: its measurements are passed on as the text that they are in the journal. */
export type StoredRecord = Omit<AttemptRecord, 'measurements'> & { measurementsText: string };

/** One board under one programme, or one unit of a batch, with every attempt at it. */
export interface Unit<Attempt extends AttemptFacts = AttemptRecord> {
  /**
   * Serial number or device id that a batch gives it, MAC, or what stands for it when the board never said who it is: `unit 17`; without a batch the
   * slot, with its station where there are several.
   */
  name: string;
  /** In its batch; undefined when there is none. */
  number: number | undefined;
  /** Where its last attempt was. */
  station: string;
  slot: string;
  /** Of its first attempt: what a batch gives back to a board is another one. */
  programme: string;
  /** In order of time, at least one. */
  attempts: Attempt[];
  first: Attempt;
  last: Attempt;
  /** That of the last attempt; `aborted` for a unit of a batch that was given back what it held. */
  outcome: Outcome;
  /** Its batch gave it back what it held before: it is not provisioned, whatever it had passed. */
  isWithdrawn: boolean;
}

/** What units are made from. */
export interface AttemptsOfRuns<Attempt extends AttemptFacts> {
  stations: readonly string[];
  /** In the order of time. */
  attempts: readonly Attempt[];
}

/**
 * Sorts attempts into units. With a number they belong to that unit of their batch, wherever they were. Others at a slot belong to one board until the
 * slot shows another MAC; attempts at other slots never do, since a MAC seen in two slots is what DUPLICATE_MAC is about. The order is that of the
 * numbers, then that of the slots.
 */
export function unitsOf<Attempt extends AttemptFacts>({
  stations,
  attempts,
}: AttemptsOfRuns<Attempt>): Unit<Attempt>[] {
  const numbered = new Map<number, Attempt[]>();
  const groups = new Map<string, Attempt[][]>();
  for (const attempt of attempts) {
    if (attempt.unit !== undefined) {
      const ofUnit = numbered.get(attempt.unit);
      if (ofUnit) ofUnit.push(attempt);
      else numbered.set(attempt.unit, [attempt]);
      continue;
    }
    const key = [attempt.station, attempt.slot, attempt.programme].join('\0');
    const boards = groups.get(key) ?? [];
    groups.set(key, boards);
    const current = boards.at(-1);
    if (current && sameBoard(current, attempt)) current.push(attempt);
    else boards.push([attempt]);
  }
  const several = new Set(stations).size > 1;
  const inOrder = [...numbered].sort(([one], [two]) => one - two);
  return [
    ...inOrder.map(([, ofUnit]) => toUnit(ofUnit, several)),
    ...byPlace([...groups.values()].flat().map((ofBoard) => toUnit(ofBoard, several))),
  ];
}

/** The units of a run that is still in this process, all of whose attempts have records. */
export function unitsOfRecords(records: readonly AttemptRecord[]): Unit[] {
  return unitsOf({ stations: [], attempts: records });
}

/** The unit with the whole records of its attempts. */
export function withRecords<Attempt extends AttemptFacts>(
  unit: Unit<Attempt>,
  read: (attempt: Attempt) => StoredRecord,
): Unit<StoredRecord> {
  const attempts = unit.attempts.map(read);
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last === undefined) throw new Error('a unit has at least one attempt');
  return { ...unit, attempts, first, last };
}

function sameBoard(attempts: readonly AttemptFacts[], attempt: AttemptFacts): boolean {
  const known = attempts.findLast(({ device }) => device !== undefined)?.device;
  return known === undefined || attempt.device === undefined || unitId(known) === unitId(attempt.device);
}

function toUnit<Attempt extends AttemptFacts>(attempts: Attempt[], severalStations: boolean): Unit<Attempt> {
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last === undefined) throw new Error('a unit has at least one attempt');
  const { station, slot, unit: number } = last;
  const isWithdrawn = number !== undefined && wasGivenBack(attempts, first, last);
  return {
    name: nameOf(attempts, last, severalStations),
    number,
    station,
    slot,
    programme: first.programme,
    attempts,
    first,
    last,
    outcome: isWithdrawn ? 'aborted' : last.outcome,
    isWithdrawn,
  };
}

function nameOf(attempts: readonly AttemptFacts[], last: AttemptFacts, severalStations: boolean): string {
  const device = attempts.findLast((attempt) => attempt.device !== undefined)?.device;
  const serial = attempts.findLast((attempt) => attempt.serial !== undefined)?.serial;
  const place = severalStations ? `${last.station}/${last.slot}` : last.slot;
  const slot = last.unit === undefined ? place : `unit ${last.unit}`;
  return serial ?? (device && unitId(device)) ?? slot;
}

/** Not so where giving boards back what they held is all that the batch is about. */
function wasGivenBack(attempts: readonly AttemptFacts[], first: AttemptFacts, last: AttemptFacts): boolean {
  if (last.proof !== 'backup' || last.outcome !== 'pass') return false;
  return last.programme !== first.programme || attempts.some(({ proof }) => proof === 'release');
}

/** `slot10` after `slot9`; at one slot, in the order of time. */
function byPlace<Attempt extends AttemptFacts>(units: Unit<Attempt>[]): Unit<Attempt>[] {
  const rankOfStation = ranks(units.map(({ station }) => station));
  const rankOfSlot = ranks(units.map(({ slot }) => slot));
  const rank = (of: Map<string, number>, name: string) => of.get(name) ?? 0;
  return units.sort(
    (a, b) =>
      rank(rankOfStation, a.station) - rank(rankOfStation, b.station) ||
      rank(rankOfSlot, a.slot) - rank(rankOfSlot, b.slot) ||
      compareText(a.first.startedAt ?? '', b.first.startedAt ?? ''),
  );
}

function compareText(one: string, two: string): number {
  return one < two ? -1 : Number(one > two);
}

/** The place of each name in their order, so that 100,000 units are not compared letter by letter. */
function ranks(names: readonly string[]): Map<string, number> {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return new Map([...new Set(names)].sort(compare).map((name, index) => [name, index]));
}
