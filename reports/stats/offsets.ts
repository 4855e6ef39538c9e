import { combined, momentsOf, noMoments, type Moments } from './moments.js';
import { fewestForTest, welch } from './significance.js';
import { compareEach, type Comparison } from './step-down.js';
import type { UnitValues } from './unit-values.js';

/** A slot that measures something else than the other slots of its station do. */
export interface SlotOffset {
  /** `station/slot` */
  place: string;
  board: string;
  release: string;
  name: string;
  unit: string;
  n: number;
  mean: number;
  /** Of the other slots, without those that differ more. */
  othersN: number;
  othersMean: number;
  /** mean - othersMean, in the unit of the measurement. */
  difference: number;
  /** The difference in standard deviations within the two groups; null where neither varies. */
  inSds: number | null;
  /** Welch's t-test, corrected. */
  p: number;
}

export interface SlotOffsets {
  /** Slots times measurements that were compared. */
  tests: number;
  /** The significant ones, largest in standard deviations first. */
  found: SlotOffset[];
}

interface SlotMoments extends Moments {
  place: string;
  of: UnitValues;
}

const byWelch: Comparison<Moments> = {
  none: noMoments,
  combined,
  test: (group, others) =>
    group.n < fewestForTest || others.n < fewestForTest ? undefined : welch(group, others)?.p,
  isWorse: () => false,
};

/** Each slot against the other slots of its station, for each measurement; all of them are one family of tests. */
export function slotOffsets(measurements: readonly UnitValues[]): SlotOffsets {
  const pools = measurements.filter(({ group }) => group.isNumeric).flatMap(poolsOf);
  const compared = compareEach<Moments>(pools, byWelch);
  let tests = 0;
  const found = pools.flat().flatMap((slot) => {
    const { others, p = null, differs } = compared.get(slot) ?? {};
    if (p !== null) tests += 1;
    return others && p !== null && differs ? [offset(slot, others, p)] : [];
  });
  found.sort((a, b) => Math.abs(b.inSds ?? 0) - Math.abs(a.inSds ?? 0));
  return { tests, found };
}

/** The slots of each station. */
function poolsOf(of: UnitValues): SlotMoments[][] {
  const bySlot = of.places.map((): number[] => []);
  for (const [index, value] of of.values.entries())
    if (Number.isFinite(value)) bySlot[of.slots[index] ?? 0]?.push(value);
  const stations = new Map<string, SlotMoments[]>();
  for (const [slot, place] of of.places.entries()) {
    const station = place.slice(0, place.indexOf('/'));
    const pool = stations.get(station) ?? [];
    stations.set(station, pool);
    pool.push({ place, of, ...momentsOf(Float64Array.from(bySlot[slot] ?? [])) });
  }
  return [...stations.values()];
}

function offset({ place, of, ...slot }: SlotMoments, others: Moments, p: number): SlotOffset {
  const { board, release, name, unit } = of.group;
  const difference = slot.mean - others.mean;
  const sd = Math.sqrt((slot.squares + others.squares) / (slot.n + others.n - 2));
  const numbers = { n: slot.n, mean: slot.mean, othersN: others.n, othersMean: others.mean, difference };
  return { place, board, release, name, unit, ...numbers, inSds: sd > 0 ? difference / sd : null, p };
}
