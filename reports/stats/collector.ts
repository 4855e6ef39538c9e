import type { Measurement } from '../../core/measurement.js';
import type { AttemptHeader, AttemptRecord } from '../../core/record.js';
import type { Blame } from '../../core/errors.js';
import type { Outcome } from '../../core/outcome.js';
import { float64Column, uint32Column, uint8Column, type Column } from './column.js';
import { unitNumbers } from './unit-numbers.js';

/** What is kept of an attempt at a board. Times are in ms since 1970. */
export interface StatAttempt {
  /** Number of the unit; the same over all folders. */
  unit: number;
  station: string;
  /** `station/slot` */
  place: string;
  board: string;
  release: string;
  startedMs: number;
  endedMs: number;
  outcome: Outcome;
  /** Of the failure, where there is one. */
  code?: string;
  blame?: Blame;
  /** Of a flash step that wrote something. */
  flash?: { seconds: number; sizeBytes: number; wireBytes: number; writeSeconds: number };
}

/** One measurement of a board and release under one set of limits, with every value of it. */
export interface ValueGroup {
  board: string;
  release: string;
  name: string;
  unit: string;
  limits: Measurement['limits'];
  /** Whether the values are numbers; text and truth values are only counted. */
  isNumeric: boolean;
  attempt: Column<Uint32Array<ArrayBuffer>>;
  /** NaN where it is no number that can be reckoned with. */
  value: Column<Float64Array<ArrayBuffer>>;
  /** 1 where it was within its limits. */
  passed: Column<Uint8Array<ArrayBuffer>>;
}

/** The top steps of all attempts; a step that ran twice in an attempt passed when both did. */
export interface StepColumns {
  names: string[];
  attempt: Column<Uint32Array<ArrayBuffer>>;
  /** Index into `names`. */
  step: Column<Uint32Array<ArrayBuffer>>;
  passed: Column<Uint8Array<ArrayBuffer>>;
}

/** Attempts that are about no board, or that nobody judged. */
export interface LeftOut {
  /** The slot was tested, with a golden unit, a known-bad one or an empty nest. */
  selftestAttempts: number;
  /** A board only said who it is. */
  identityAttempts: number;
  /** A board was given back what it held. */
  backupAttempts: number;
  /** The run died, or goes on: there is no record yet. */
  unfinishedAttempts: number;
}

/** What the journals say, in a form in which 100,000 units fit into memory: about 300 bytes an attempt and 13 a value. */
export interface Collected {
  attempts: StatAttempt[];
  /** Unit number → what tells it from all others; MAC, unique id or serial number. */
  ids: ReadonlyMap<number, string>;
  groups: ValueGroup[];
  steps: StepColumns;
  /** Ids of golden and known-bad units that self-tests met, in lower case. */
  knownUnits: ReadonlySet<string>;
  leftOut: LeftOut;
}

/** Takes in journals, one results folder after the other, in order of time. */
export interface Collector {
  /** The records that follow come from another results folder. */
  nextFolder(): void;
  started(header: Pick<AttemptHeader, 'attemptId'>): void;
  attempt(record: AttemptRecord): void;
  collected(): Collected;
}

export function statsCollector(): Collector {
  const attempts: StatAttempt[] = [];
  const groups = new Map<string, ValueGroup>();
  const steps = {
    names: [] as string[],
    attempt: uint32Column(),
    step: uint32Column(),
    passed: uint8Column(),
  };
  const stepNumbers = new Map<string, number>();
  const open = new Set<string>();
  const knownUnits = new Set<string>();
  const leftOut: LeftOut = {
    selftestAttempts: 0,
    identityAttempts: 0,
    backupAttempts: 0,
    unfinishedAttempts: 0,
  };
  const numbers = unitNumbers();
  const shared = new Map<string, string>();
  // Every record brings its own copy of the same few names.
  const once = (text: string): string => {
    const known = shared.get(text);
    if (known === undefined) shared.set(text, text);
    return known ?? text;
  };

  const addSteps = (record: AttemptRecord, attempt: number) => {
    const ofAttempt = new Map<string, boolean>();
    for (const { name, result } of record.steps)
      if (!name.includes(' › ')) ofAttempt.set(name, (ofAttempt.get(name) ?? true) && result === 'pass');
    for (const [name, passed] of ofAttempt) {
      const step = stepNumbers.get(name) ?? steps.names.push(name) - 1;
      stepNumbers.set(name, step);
      steps.attempt.push(attempt);
      steps.step.push(step);
      steps.passed.push(passed ? 1 : 0);
    }
  };
  const addValue = (record: AttemptRecord, measurement: Measurement, attempt: number) => {
    const { name, unit, limits, value, result } = measurement;
    const { min, max, equals } = limits ?? {};
    // A number that was not finite is null in the journal.
    const isNumeric = typeof value !== 'string' && typeof value !== 'boolean';
    const key = JSON.stringify([record.board, record.release.name, name, unit, min, max, equals, isNumeric]);
    let group = groups.get(key);
    if (group === undefined) {
      const columns = { attempt: uint32Column(), value: float64Column(), passed: uint8Column() };
      const ofWhat = { board: record.board, release: record.release.name, name, unit, limits };
      group = { ...ofWhat, isNumeric, ...columns };
      groups.set(key, group);
    }
    group.attempt.push(attempt);
    group.value.push(reckonable(value) ? value : Number.NaN);
    group.passed.push(result === 'pass' ? 1 : 0);
  };

  const closeFolder = () => {
    leftOut.unfinishedAttempts += open.size;
    open.clear();
    numbers.nextFolder();
  };
  return {
    nextFolder: closeFolder,
    started: ({ attemptId }) => void open.add(attemptId),
    attempt(record) {
      open.delete(record.attemptId);
      if (record.proof === 'rig') {
        leftOut.selftestAttempts += 1;
        if (record.selftest?.unit) knownUnits.add(record.selftest.unit.id.toLowerCase());
      } else if (record.proof !== 'release' && record.proof !== 'job')
        leftOut[`${record.proof}Attempts`] += 1;
      else {
        const number = attempts.push(slim(record, numbers.unitOf(record), once)) - 1;
        addSteps(record, number);
        for (const measurement of record.measurements) addValue(record, measurement, number);
      }
    },
    collected() {
      closeFolder();
      const ids = new Map([...numbers.ids()].map(([unit, id]) => [numbers.resolve(unit), id] as const));
      for (const attempt of attempts) attempt.unit = numbers.resolve(attempt.unit);
      return { attempts, ids, groups: [...groups.values()], steps, knownUnits, leftOut };
    },
  };
}

/** Squares of anything larger overflow, and nothing on a board is. */
function reckonable(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < 1e100;
}

function slim(record: AttemptRecord, unit: number, once: (text: string) => string): StatAttempt {
  const { failure, flash } = record;
  return {
    unit,
    station: once(record.station),
    place: once(`${record.station}/${record.slot}`),
    board: once(record.board),
    release: once(record.release.name),
    startedMs: Date.parse(record.startedAt),
    endedMs: Date.parse(record.endedAt),
    outcome: record.outcome,
    ...(failure && { code: once(failure.code), blame: failure.blame }),
    ...(flash && flash.sizeBytes > 0 && { flash: flashOf(flash) }),
  };
}

function flashOf({ seconds, sizeBytes, wireBytes, writeSeconds }: NonNullable<AttemptRecord['flash']>) {
  return { seconds, sizeBytes, wireBytes, writeSeconds };
}
