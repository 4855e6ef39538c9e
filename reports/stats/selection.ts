import type { Collected, LeftOut, StatAttempt } from './collector.js';

/** Which units count: every key that is given must hold for the unit's first attempt. */
export interface StatsFilter {
  /** It began at this time or later, in ms since 1970. */
  sinceMs?: number;
  /** It began before this time. */
  untilMs?: number;
  stations?: readonly string[];
  /** Names of releases. */
  releases?: readonly string[];
  boards?: readonly string[];
}

/** A unit that counts. */
export interface StatUnit {
  /** Attempts that were judged, in order, at least one. */
  attempts: StatAttempt[];
  first: StatAttempt;
  last: StatAttempt;
}

/** Units and attempts that do not count, and why. */
export interface Excluded extends LeftOut {
  /** Of other stations, releases, boards or times than were asked for. */
  filteredUnits: number;
  /** Their ids stand in a station file or were met by a self-test. */
  knownUnits: number;
  /** Stopped by the operator or a gate before they were judged. */
  abortedUnits: number;
  skippedUnits: number;
  /** Attempts that were stopped at units that count by their other attempts. */
  abortedAttempts: number;
}

export interface Selection {
  /** In the order in which they were first judged. */
  units: StatUnit[];
  /** Every attempt that was collected. */
  attempts: readonly StatAttempt[];
  /** For each of them, its unit where it counts. */
  unitOfAttempt: (StatUnit | undefined)[];
  excluded: Excluded;
}

/** `knownUnits` are ids, in lower case, of golden and known-bad units beside those that the journals name. */
export function select(
  collected: Collected,
  filter: StatsFilter = {},
  knownUnits: ReadonlySet<string> = new Set(),
): Selection {
  const byUnit = new Map<number, StatAttempt[]>();
  for (const attempt of collected.attempts) {
    const attempts = byUnit.get(attempt.unit);
    if (attempts) attempts.push(attempt);
    else byUnit.set(attempt.unit, [attempt]);
  }
  const excluded: Excluded = {
    filteredUnits: 0,
    knownUnits: 0,
    abortedUnits: 0,
    skippedUnits: 0,
    abortedAttempts: 0,
    ...collected.leftOut,
  };
  const units: StatUnit[] = [];
  const counting = new Map<StatAttempt, StatUnit>();
  const admits = admitted(filter);
  for (const [number, attempts] of byUnit) {
    const [opening] = attempts;
    if (opening === undefined) continue;
    if (!admits(opening)) {
      excluded.filteredUnits += 1;
      continue;
    }
    const id = collected.ids.get(number)?.toLowerCase();
    if (id !== undefined && (knownUnits.has(id) || collected.knownUnits.has(id))) {
      excluded.knownUnits += 1;
      continue;
    }
    const judged = attempts.filter(isJudged);
    const [first, last] = [judged.at(0), judged.at(-1)];
    if (attempts.at(-1)?.outcome === 'aborted') excluded.abortedUnits += 1;
    else if (first === undefined || last === undefined) excluded.skippedUnits += 1;
    else {
      excluded.abortedAttempts += attempts.length - judged.length;
      const unit = { attempts: judged, first, last };
      units.push(unit);
      for (const attempt of judged) counting.set(attempt, unit);
    }
  }
  const { attempts } = collected;
  return { units, attempts, unitOfAttempt: attempts.map((attempt) => counting.get(attempt)), excluded };
}

function isJudged({ outcome }: StatAttempt): boolean {
  return outcome !== 'aborted' && outcome !== 'skipped';
}

function admitted({ sinceMs, untilMs, stations, releases, boards }: StatsFilter) {
  const among = (names: readonly string[] | undefined, name: string) => names?.includes(name) ?? true;
  return ({ startedMs, station, release, board }: StatAttempt): boolean =>
    startedMs >= (sinceMs ?? -Infinity) &&
    startedMs < (untilMs ?? Infinity) &&
    among(stations, station) &&
    among(releases, release) &&
    among(boards, board);
}
