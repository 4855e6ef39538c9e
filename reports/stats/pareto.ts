import { catalogue, type ErrorCode } from '../../core/error-catalogue.js';
import type { Blame, Category } from '../../core/errors.js';
import { remedyFor } from '../text.js';
import type { Selection } from './selection.js';

/** One error code among the attempts that did not pass. */
export interface ParetoRow {
  code: string;
  /** Attempts that ended with it. */
  attempts: number;
  /** Units that ended with it at least once. */
  units: number;
  /** Units whose last attempt ended with it. */
  stillFailed: number;
  /** Of all attempts that did not pass, 0 … 1. */
  share: number;
  /** With all rows before it. */
  cumulative: number;
  /** Attempts by who is to blame. */
  blame: Partial<Record<Blame, number>>;
  /** Of the catalogue; null for a code that this version does not know. */
  category: Category | null;
  remedy: string;
}

export interface Pareto {
  /** Attempts that did not pass. */
  attempts: number;
  blame: Partial<Record<Blame, number>>;
  /** Most frequent first. */
  rows: ParetoRow[];
}

/** What went wrong, by error code: every attempt counts, also one that a later attempt made good. */
export function paretoOf({ units }: Selection): Pareto {
  const counts = new Map<string, { attempts: number; units: number; stillFailed: number; blame: Blames }>();
  const all: Blames = {};
  let attempts = 0;
  for (const unit of units) {
    const seen = new Set<string>();
    for (const attempt of unit.attempts) {
      if (attempt.code === undefined || attempt.outcome === 'pass') continue;
      const { code, blame = 'rig' } = attempt;
      const row = counts.get(code) ?? { attempts: 0, units: 0, stillFailed: 0, blame: {} };
      counts.set(code, row);
      attempts += 1;
      row.attempts += 1;
      row.blame[blame] = (row.blame[blame] ?? 0) + 1;
      all[blame] = (all[blame] ?? 0) + 1;
      if (!seen.has(code)) row.units += 1;
      seen.add(code);
      if (attempt === unit.last) row.stillFailed += 1;
    }
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n.attempts - m.attempts || a.localeCompare(b));
  let before = 0;
  const rows = sorted.map(([code, row]) => {
    before += row.attempts;
    const { category } = code in catalogue ? catalogue[code as ErrorCode] : { category: null };
    const shares = { share: row.attempts / attempts, cumulative: before / attempts };
    return { code, ...row, ...shares, category, remedy: remedyFor(code) };
  });
  return { attempts, blame: all, rows };
}

type Blames = Partial<Record<Blame, number>>;

/** `dut`; with the numbers where there are several: `dut 12, rig 3`. */
export function blameText(blame: Partial<Record<Blame, number>>): string {
  const all = Object.entries(blame);
  return all.length === 1 ? (all[0]?.[0] ?? '') : all.map(([who, count]) => `${who} ${count}`).join(', ');
}
