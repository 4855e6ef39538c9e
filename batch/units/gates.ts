import type { GateEvent } from '../../core/batch-record.js';
import type { Gate, GateRule } from '../../rigs/batch/types.js';
import type { UnitResult } from './unit-result.js';

/** Judges a batch by its gates, from the results of its units in the order in which they came. */
export interface Gates {
  /** Takes the result of a unit; returns the gates that are missed anew: one that stays missed is told once. */
  note(result: UnitResult): GateEvent[];
  /** Every gate that the results miss, as of now, whatever was told before: for the verdict. */
  missed(): GateEvent[];
}

type Judge<Kind extends GateRule['kind']> = (
  rule: Extract<GateRule, { kind: Kind }>,
  results: Results,
  isEnd: boolean,
) => string | undefined;

/** The units that have a result: the newest one of each. */
interface Results {
  /** In the order of the first result of each. */
  byUnit: ReadonlyMap<number, UnitResult>;
  /** In the order of the newest; for a gate about a row of units without those that it was told for. */
  inOrder: readonly UnitResult[];
  passed: number;
  /** Those that gates about single units look at: the newest result, or at the end all. */
  looked: readonly UnitResult[];
}

/** Each of their results misses them or does not, or each row of units; others stay missed until the results keep them again. */
const toldEachTime: ReadonlySet<Gate['kind']> = new Set<Gate['kind']>([
  'verificationRequired',
  'flashSeconds',
  'unitSeconds',
  'consecutiveFailures',
  'sameCode',
]);

/** `earlier` are the results that runs before this one left, in order: they count, and are not told again. */
export function createGates(gates: readonly Gate[], earlier: readonly UnitResult[] = []): Gates {
  const byUnit = new Map<number, UnitResult>();
  const all = createRow();
  const rows = new Map(gates.map((gate) => [gate, createRow()]));
  const isMissed = new Set<Gate>();
  let passed = 0;

  const take = (result: UnitResult) => {
    const isKnown = byUnit.has(result.unit);
    if (byUnit.get(result.unit)?.outcome === 'pass') passed -= 1;
    if (result.outcome === 'pass') passed += 1;
    byUnit.set(result.unit, result);
    for (const row of [all, ...rows.values()]) row.take(result, isKnown);
  };
  const note = (result: UnitResult) => {
    take(result);
    return gates.flatMap((gate) => {
      const row = rows.get(gate) ?? all;
      const why = judge(gate, { byUnit, inOrder: row.results, passed, looked: [result] }, false);
      const wasMissed = isMissed.has(gate);
      if (why === undefined) isMissed.delete(gate);
      else if (toldEachTime.has(gate.kind)) row.clear();
      else isMissed.add(gate);
      return why === undefined || wasMissed ? [] : [{ gate: gate.kind, then: gate.then, why }];
    });
  };
  for (const result of earlier) note(result);
  return {
    note,
    missed: () =>
      gates.flatMap((gate) => {
        const looked = [...byUnit.values()];
        const why = judge(gate, { byUnit, inOrder: all.results, passed, looked }, true);
        return why === undefined ? [] : [{ gate: gate.kind, then: gate.then, why }];
      }),
  };
}

/** Results as they came; a unit that is tried again stands where its newest one does. */
function createRow() {
  let results: UnitResult[] = [];
  return {
    get results(): readonly UnitResult[] {
      return results;
    },
    take(result: UnitResult, isKnown: boolean) {
      if (isKnown) results = results.filter(({ unit }) => unit !== result.unit);
      results.push(result);
    },
    clear: () => void (results = []),
  };
}

const judges: { [Kind in GateRule['kind']]: Judge<Kind> } = {
  minSuccessRate({ percent, afterUnits }, { byUnit, passed }, isEnd) {
    const rate = percentOf(passed, byUnit.size);
    if (byUnit.size === 0 || (byUnit.size < afterUnits && !isEnd) || rate >= percent) return undefined;
    return `${passed} of ${byUnit.size} units passed (${rate} %), at least ${percent} % must`;
  },
  maxFailureRate({ percent, afterUnits }, { byUnit, passed }, isEnd) {
    const failed = byUnit.size - passed;
    const rate = percentOf(failed, byUnit.size);
    if (byUnit.size === 0 || (byUnit.size < afterUnits && !isEnd) || rate <= percent) return undefined;
    return `${failed} of ${byUnit.size} units did not pass (${rate} %), at most ${percent} % may`;
  },
  consecutiveFailures({ count }, { inOrder }) {
    const row = inOrder.slice(-count);
    if (row.length < count || row.some(({ outcome }) => outcome === 'pass')) return undefined;
    return `${count} units in a row did not pass: ${row.map(shortly).join(', ')}`;
  },
  firstArticle({ count }, { byUnit }) {
    const bad = firstOf(byUnit, count).filter(({ outcome }) => outcome !== 'pass');
    if (bad.length === 0) return undefined;
    return `of the first ${count} units every one must pass: ${bad.map(shortly).join(', ')}`;
  },
  sameCode({ count, within }, { inOrder }) {
    const codes = inOrder.slice(-within).flatMap(({ code }) => code ?? []);
    const repeated = codes.find((code) => codes.filter((other) => other === code).length >= count);
    return repeated && `${count} of the last ${within} units ended with ${repeated}`;
  },
  verificationRequired(_, { looked }) {
    const unverified = looked.filter(({ outcome, verifiedBy }) => outcome === 'pass' && !isProof(verifiedBy));
    if (unverified.length === 0) return undefined;
    const how = unverified.map(({ unit, verifiedBy }) => `unit ${unit} (${verifiedBy ?? 'not verified'})`);
    return `passed without a digest or reading back: ${how.join(', ')}`;
  },
  flashSeconds({ min, max }, { looked }) {
    const outside = looked.filter(
      ({ flashSeconds: seconds }) =>
        seconds !== undefined &&
        ((min !== undefined && seconds < min) || (max !== undefined && seconds > max)),
    );
    if (outside.length === 0) return undefined;
    const times = outside.map(({ unit, flashSeconds = 0 }) => `unit ${unit} (${flashSeconds.toFixed(1)} s)`);
    return `flash time outside ${min ?? 0} … ${max ?? '∞'} s: ${times.join(', ')}`;
  },
  unitSeconds({ max }, { looked }) {
    const slow = looked.filter(({ seconds }) => seconds > max);
    if (slow.length === 0) return undefined;
    const times = slow.map(({ unit, seconds }) => `unit ${unit} (${seconds.toFixed(1)} s)`);
    return `longer than ${max} s: ${times.join(', ')}`;
  },
};

/** The table holds each kind's own judge, which the compiler cannot follow through a union. */
function judge(gate: Gate, results: Results, isEnd: boolean): string | undefined {
  const judgeOfKind = judges[gate.kind] as (
    rule: GateRule,
    of: Results,
    isEnd: boolean,
  ) => string | undefined;
  return judgeOfKind(gate, results, isEnd);
}

/** Without a look at all the others: a batch may have 100,000 units. */
function firstOf(byUnit: ReadonlyMap<number, UnitResult>, count: number): UnitResult[] {
  const first: UnitResult[] = [];
  for (const result of byUnit.values()) {
    if (first.length >= count) break;
    first.push(result);
  }
  return first;
}

/** The device's own word, or a version that it reports, is none. */
function isProof(verifiedBy: string | undefined): boolean {
  return verifiedBy === 'digest' || verifiedBy === 'read-back';
}

function shortly({ unit, outcome, code }: UnitResult): string {
  return `unit ${unit} (${code ?? outcome})`;
}

function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}
