import type { Collected } from './collector.js';
import { confidence } from './interval.js';
import { measurementsOf, type MeasurementStats } from './measurements.js';
import { slotOffsets, type SlotOffsets } from './offsets.js';
import { paretoOf, type Pareto } from './pareto.js';
import { slotYields, stationYields, type PlaceYield } from './places.js';
import { select, type Excluded, type StatsFilter } from './selection.js';
import { significantBelow } from './significance.js';
import { timesOf, type Times } from './times.js';
import { trendOf, type Trend } from './trend.js';
import { valuesOf } from './unit-values.js';
import { yieldsOf, type Yields } from './yields.js';

/** All figures; `rig stats --json` prints this. Shares are 0 … 1, times s unless their name says otherwise; a figure that cannot be given is null. */
export interface Statistics {
  /** Version of this shape: it rises when a key changes its meaning or goes. */
  schema: 1;
  source: Source;
  /** Of every interval. */
  confidence: number;
  /** A difference with a smaller corrected p is called significant. */
  significantBelow: number;
  excluded: Excluded;
  yields: Yields;
  pareto: Pareto;
  measurements: MeasurementStats[];
  stations: PlaceYield[];
  slots: PlaceYield[];
  slotOffsets: SlotOffsets;
  times: Times;
  trend: Trend;
}

/** What the figures were made from. */
export interface Source {
  /** Results folders, in order of time. */
  folders: string[];
  /** First start and last end of an attempt that counts; null without one. */
  from: string | null;
  to: string | null;
  filter: { since?: string; until?: string; stations?: string[]; releases?: string[]; boards?: string[] };
  /** What could not be read, and what else a reader must know. */
  notices: string[];
}

export interface StatisticsOptions extends Omit<Source, 'from' | 'to'> {
  /** Ids of golden and known-bad units that the station files name, in lower case. */
  knownUnits: ReadonlySet<string>;
}

export function statistics(collected: Collected, options: StatisticsOptions): Statistics {
  const { folders, filter, notices, knownUnits } = options;
  const selection = select(collected, selected(filter), knownUnits);
  const measured = collected.groups
    .map((group) => valuesOf(group, selection))
    .filter(({ values }) => values.length > 0);
  let [from, to] = [Infinity, -Infinity];
  for (const { first, last } of selection.units) {
    from = Math.min(from, first.startedMs);
    to = Math.max(to, last.endedMs);
  }
  const iso = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return {
    schema: 1,
    source: { folders, from: iso(from), to: iso(to), filter, notices },
    confidence,
    significantBelow,
    excluded: selection.excluded,
    yields: yieldsOf(selection, collected.steps),
    pareto: paretoOf(selection),
    measurements: measurementsOf(measured),
    stations: stationYields(selection),
    slots: slotYields(selection),
    slotOffsets: slotOffsets(measured),
    times: timesOf(selection),
    trend: trendOf(selection.units),
  };
}

function selected({ since, until, ...names }: Source['filter']): StatsFilter {
  return {
    ...names,
    ...(since !== undefined && { sinceMs: Date.parse(since) }),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
  };
}
