import { share, type Share } from './interval.js';
import type { Selection, StatUnit } from './selection.js';
import { fewestForTest, fisherTwoSided } from './significance.js';
import { compareEach, type Comparison } from './step-down.js';

/** A slot among the others of its station, or a station among the others. */
export interface PlaceYield {
  /** `station/slot`, or the station. */
  place: string;
  /** Units whose first attempt was here. */
  units: number;
  firstPass: Share;
  /** Of units whose last attempt was here, those that passed. */
  final: Share;
  /** First-pass yield of the others, without those that differ more. */
  others: Share;
  /** Fisher's exact test on the first-pass counts, corrected; null where too few took part. */
  p: number | null;
  /** p is below 0.05. */
  differs: boolean;
}

/** The slots, each against the other slots of its station; all of them are one family of tests. */
export function slotYields(selection: Selection): PlaceYield[] {
  return placeYields(
    selection,
    ({ place }) => place,
    ({ station }) => station,
  );
}

/** The stations, each against the others. */
export function stationYields(selection: Selection): PlaceYield[] {
  return placeYields(
    selection,
    ({ station }) => station,
    () => '',
  );
}

type At = StatUnit['first'];

interface Counts {
  n: number;
  passed: number;
}

interface Place extends Counts {
  place: string;
  last: Counts;
}

const byFisher: Comparison<Counts> = {
  none: { n: 0, passed: 0 },
  combined: (a, b) => ({ n: a.n + b.n, passed: a.passed + b.passed }),
  test(group, others) {
    if (group.n < fewestForTest || others.n < fewestForTest) return undefined;
    return fisherTwoSided({
      good: group.passed,
      bad: group.n - group.passed,
      otherGood: others.passed,
      otherBad: others.n - others.passed,
    });
  },
  isWorse: (group, than) => group.passed / group.n < than.passed / than.n,
};

function placeYields(
  { units }: Selection,
  placeOf: (attempt: At) => string,
  familyOf: (attempt: At) => string,
): PlaceYield[] {
  const families = new Map<string, Map<string, Place>>();
  const at = (attempt: At): Place => {
    const family = families.get(familyOf(attempt)) ?? new Map<string, Place>();
    families.set(familyOf(attempt), family);
    const place = placeOf(attempt);
    const known = family.get(place) ?? { place, n: 0, passed: 0, last: { n: 0, passed: 0 } };
    family.set(place, known);
    return known;
  };
  for (const { first, last } of units) {
    count(at(first), first);
    count(at(last).last, last);
  }
  const pools = [...families.values()].map((family) => [...family.values()]);
  const compared = compareEach<Counts>(pools, byFisher);
  return pools
    .flat()
    .sort((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }))
    .map((group) => {
      const { others = byFisher.none, p = null, differs = false } = compared.get(group) ?? {};
      const { place, n, passed, last } = group;
      const shares = { firstPass: share(passed, n), final: share(last.passed, last.n) };
      return { place, units: n, ...shares, others: share(others.passed, others.n), p, differs };
    });
}

function count(counts: Counts, { outcome }: At): void {
  counts.n += 1;
  if (outcome === 'pass') counts.passed += 1;
}
