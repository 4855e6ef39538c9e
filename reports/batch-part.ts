import { unitsToDo, type BatchHeader, type WaveEvent } from '../core/batch-record.js';
import type { BatchLines } from './run-data.js';
import type { AttemptFacts, Unit } from './units.js';

/** A wave and what became of it. */
export interface WaveResult {
  wave: number;
  /** `open` when it was begun and not judged. */
  verdict: 'passed' | 'missed' | 'open';
  /** How many units it has, as far as they were begun. */
  units: number;
  /** In %; null before it was judged. */
  success_rate: number | null;
  /** It missed, and its units were to be given back what they held. */
  rollback: boolean;
  /** How many of them hold again what they held before. */
  rolled_back: number;
}

/** How far a batch has come. */
export interface BatchProgress {
  /** Units of the batch. */
  units: number;
  /** Those that the batch cannot bring to the release, and skips. */
  refused: NonNullable<BatchHeader['refused']>;
  /** Units that are to be done and have no result yet. */
  pending: number;
  /** Those of them that nothing was begun with. */
  untouched: number;
  /** Numbers of those whose run died while it had them in hand. */
  in_hand: number[];
  waves: WaveResult[];
}

/** How far the batch has come, by its newest header. */
export function batchProgress(lines: BatchLines, units: readonly Unit<AttemptFacts>[]): BatchProgress {
  const header = lines.headers.at(-1);
  const { units: total = 0, programme = '', refused = [] } = header ?? {};
  const toDo = header ? unitsToDo(header) : 0;
  const begun = units.filter(({ number }) => number !== undefined);
  const inHand = begun.filter(({ last }) => last.isOpen === true && last.programme === programme);
  const settled = begun.filter((unit) => !inHand.includes(unit) && isSettled(unit));
  return {
    units: total,
    refused,
    pending: Math.max(0, toDo - settled.length),
    untouched: Math.max(0, toDo - begun.length),
    in_hand: inHand.flatMap(({ number }) => number ?? []),
    waves: waveResults(lines.waves, begun),
  };
}

/** It has a result, is skipped, or was given back what it held after it had one: a resume leaves it alone. */
function isSettled({ attempts, outcome, isWithdrawn }: Unit<AttemptFacts>): boolean {
  return isWithdrawn || outcome === 'skipped' || attempts.some(({ isVerdict }) => isVerdict === true);
}

function waveResults(events: readonly WaveEvent[], units: readonly Unit<AttemptFacts>[]): WaveResult[] {
  const byNumber = new Map(units.map((unit) => [unit.number, unit]));
  const sizes = new Map<number, number>();
  for (const { last } of units) {
    if (last.wave !== undefined) sizes.set(last.wave, (sizes.get(last.wave) ?? 0) + 1);
  }
  // A wave that a resume went on with has begun, or ended, more than once: the last word counts.
  const newest = new Map(events.map((event) => [event.wave, event]));
  return [...newest.values()].map((event) => {
    if (event.state === 'begin') {
      const open = { verdict: 'open', success_rate: null, rollback: false, rolled_back: 0 } as const;
      return { wave: event.wave, units: sizes.get(event.wave) ?? 0, ...open };
    }
    const { wave, verdict, successRate, rollback } = event;
    const back = event.units.filter((number) => holdsWhatItHeld(byNumber.get(number)));
    const counts = { units: event.units.length, success_rate: successRate, rolled_back: back.length };
    return { wave, verdict, rollback, ...counts };
  });
}

/** By the rollback of its wave, or by its own when it failed. */
function holdsWhatItHeld(unit: Unit<AttemptFacts> | undefined): boolean {
  return unit?.isWithdrawn === true || unit?.last.flashState === 'restored';
}

/** The `batch` part of the JSON report. */
export function batchPart(lines: BatchLines, units: readonly Unit<AttemptFacts>[]) {
  const header = lines.headers.at(-1);
  const { waves, ...counts } = batchProgress(lines, units);
  const changed = lines.headers.filter((each) => each.changed.length > 0);
  return {
    id: header?.id ?? '',
    description: header?.description ?? '',
    strategy: header?.strategy ?? '',
    programme: header?.programme ?? '',
    range: header?.range ?? null,
    ...counts,
    waves,
    gates: lines.gates.map(({ runId, ...gate }) => ({ ...gate, run_id: runId })),
    control: lines.controls.map(({ runId, ...event }) => ({ ...event, run_id: runId })),
    checkpoints: lines.checkpoints.map(({ runId, ...point }) => ({ ...point, run_id: runId })),
    notices: header?.notices ?? [],
    inputs: header?.inputs ?? {},
    changed_inputs: changed.map(({ at, runId, changed: inputs }) => ({ run_id: runId, at, inputs })),
  };
}
