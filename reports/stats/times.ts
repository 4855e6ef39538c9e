import type { StatAttempt } from './collector.js';
import { describe, describeSorted, type Description } from './describe.js';
import { histogramOf, type Histogram } from './histogram.js';
import type { Selection } from './selection.js';

/** A pause of a station in which no attempt is under way is no working time when it is longer, in s. */
export const breakSeconds = 900;

/** How fast a station is. */
export interface StationPace {
  station: string;
  /** Units whose last attempt was here. */
  units: number;
  passed: number;
  /** From the first attempt to the end of the last, without breaks of more than 15 minutes. */
  workingHours: number;
  /** Null without working time. */
  unitsPerHour: number | null;
  passedPerHour: number | null;
}

/** Times in s; null where there is none. */
export interface Times {
  stations: StationPace[];
  /** An attempt, from lease to record. */
  attemptSeconds: Description | null;
  /** From one attempt in a slot to the start of the next there, breaks left out: what an attempt costs the slot. */
  cycleSeconds: Description | null;
  /** A slot between the end of an attempt and the start of the next there, breaks left out. */
  waitingSeconds: Description | null;
  /** Writing and verifying, of attempts that wrote something. */
  flashSeconds: Description | null;
  flashHistogram: Histogram | null;
  /** Bytes of the images per second of writing and verifying. */
  flashBytesPerSecond: Description | null;
  /** Bytes over the wire per second of writing. */
  wireBytesPerSecond: Description | null;
}

export function timesOf({ units, attempts, unitOfAttempt }: Selection): Times {
  const counted = attempts.filter((_, index) => unitOfAttempt[index] !== undefined);
  const flashes = counted.flatMap(({ flash }) => flash ?? []);
  const flashSeconds = Float64Array.from(flashes, ({ seconds }) => seconds).sort();
  const gaps = slotGaps(counted);
  const list = (values: readonly number[]) => describe(Float64Array.from(values.filter(Number.isFinite)));
  return {
    stations: paces(units, counted),
    attemptSeconds: list(counted.map(({ startedMs, endedMs }) => (endedMs - startedMs) / 1000)),
    cycleSeconds: list(gaps.map(({ cycle }) => cycle)),
    waitingSeconds: list(gaps.map(({ waiting }) => waiting)),
    flashSeconds: describeSorted(flashSeconds),
    flashHistogram: histogramOf(flashSeconds),
    flashBytesPerSecond: list(flashes.map(({ sizeBytes, seconds }) => sizeBytes / seconds)),
    wireBytesPerSecond: list(flashes.map(({ wireBytes, writeSeconds }) => wireBytes / writeSeconds)),
  };
}

function slotGaps(attempts: readonly StatAttempt[]): { cycle: number; waiting: number }[] {
  return [...grouped(attempts, ({ place }) => place).values()].flatMap((ofSlot) => {
    const inOrder = ofSlot.toSorted((a, b) => a.startedMs - b.startedMs);
    return inOrder.slice(1).flatMap((next, index) => {
      const before = inOrder[index];
      if (before === undefined) return [];
      const waiting = (next.startedMs - before.endedMs) / 1000;
      const isPause = waiting < 0 || waiting > breakSeconds;
      return isPause ? [] : { cycle: (next.startedMs - before.startedMs) / 1000, waiting };
    });
  });
}

function paces(units: Selection['units'], attempts: readonly StatAttempt[]): StationPace[] {
  const ended = grouped(units, ({ last }) => last.station);
  return [...grouped(attempts, ({ station }) => station)]
    .map(([station, ofStation]) => {
      const here = ended.get(station) ?? [];
      const passed = here.filter(({ last }) => last.outcome === 'pass').length;
      const workingHours = workingSeconds(ofStation) / 3600;
      const perHour = (count: number) => (workingHours > 0 ? count / workingHours : null);
      const counts = { units: here.length, passed, workingHours };
      return { station, ...counts, unitsPerHour: perHour(here.length), passedPerHour: perHour(passed) };
    })
    .sort((a, b) => a.station.localeCompare(b.station, 'en', { numeric: true }));
}

/** The time that the attempts cover together, with the pauses between them that are no breaks. */
function workingSeconds(attempts: readonly StatAttempt[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { startedMs, endedMs } of attempts.toSorted((a, b) => a.startedMs - b.startedMs)) {
    const from = startedMs - until > breakSeconds * 1000 ? startedMs : until;
    if (endedMs > from) total += endedMs - from;
    until = Math.max(until, endedMs);
  }
  return total / 1000;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
