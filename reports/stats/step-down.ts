import { significantBelow } from './significance.js';

/** A group of a pool against the others of it. */
export interface Compared<Group> {
  /** The others together, without those that were found to differ before. */
  others: Group;
  /** Corrected for the number of tests; null where the group could not be tested. */
  p: number | null;
  differs: boolean;
}

/** What is known of a kind of group. */
export interface Comparison<Group> {
  none: Group;
  combined(a: Group, b: Group): Group;
  /** p of the group against the others; undefined where too few took part. */
  test(group: Group, others: Group): number | undefined;
  /** Of two groups with the same p, which is to be named. */
  isWorse(group: Group, than: Group): boolean;
}

/**
 * Compares each group with the others of its pool; all pools are one family of tests. Step by step, as Holm corrects: the group with the smallest p is named when that p times
 * the number of tests is below 0.05, and is then taken out of its pool, so that one bad slot does not make all good ones differ from "the others".
 */
export function compareEach<Group extends object>(
  pools: readonly (readonly Group[])[],
  comparison: Comparison<Group>,
): Map<Group, Compared<Group>> {
  const found = new Map<Group, Compared<Group>>();
  const open = pools.map((pool) => testsOf(pool, comparison));
  let running = 0;
  for (;;) {
    const tests = open.flat().filter(isTested);
    const next = tests.reduce<Test<Group> | undefined>(
      (best, test) => smaller(best, test, comparison),
      undefined,
    );
    if (next === undefined) break;
    const p = Math.max(running, Math.min(1, (next.p ?? 1) * tests.length));
    if (p >= significantBelow) break;
    running = p;
    found.set(next.group, { others: next.others, p, differs: true });
    const pool = open.findIndex((each) => each.includes(next));
    const rest = (open[pool] ?? []).filter((test) => test !== next).map(({ group }) => group);
    open[pool] = testsOf(rest, comparison);
  }
  const left = open.flat();
  const inOrder = left.filter(isTested).sort((a, b) => a.p - b.p);
  for (const [rank, { group, others, p: raw }] of inOrder.entries()) {
    running = Math.max(running, Math.min(1, raw * (inOrder.length - rank)));
    found.set(group, { others, p: running, differs: false });
  }
  for (const test of left)
    if (!isTested(test)) found.set(test.group, { others: test.others, p: null, differs: false });
  return found;
}

interface Test<Group> {
  group: Group;
  others: Group;
  p: number | undefined;
}

function isTested<Group>(test: Test<Group>): test is Test<Group> & { p: number } {
  return test.p !== undefined;
}

function smaller<Group>(best: Test<Group> | undefined, test: Test<Group>, { isWorse }: Comparison<Group>) {
  if (best?.p === undefined || test.p === undefined) return test;
  if (test.p !== best.p) return test.p < best.p ? test : best;
  return isWorse(test.group, best.group) ? test : best;
}

/** The others are put together from both sides, since taking one out of the sum would cancel digits. */
function testsOf<Group>(pool: readonly Group[], { none, combined, test }: Comparison<Group>): Test<Group>[] {
  const after = [none];
  for (const group of pool.slice(1).reverse()) after.unshift(combined(group, after[0] ?? none));
  let before = none;
  return pool.map((group, index) => {
    const others = combined(before, after[index] ?? none);
    before = combined(before, group);
    return { group, others, p: test(group, others) };
  });
}
