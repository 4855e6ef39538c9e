import type { Measurement } from '../core/measurement.js';
import type { Outcome } from '../core/outcome.js';
import { unitId } from '../core/record.js';
import type { RunEvent } from '../core/run-event.js';

/** What the grid knows of one slot. */
export interface GridRow {
  station: string;
  slot: string;
  state: 'waiting' | 'running' | Outcome;
  attempt: number;
  /** What the operator has to do before the slot may start: `close the lid`. */
  waitsFor?: string;
  /** Code of what has cut the power in the middle of the attempt. */
  cutBy?: string;
  /** The open steps, outermost first; empty between steps. */
  steps: string[];
  unit?: string;
  /** In its batch. */
  unitNumber?: number;
  progress?: Progress;
  lastMeasurement?: Measurement;
  code?: string;
  message?: string;
  /** Of the attempt that has ended. */
  seconds?: number;
}

interface Progress {
  doneBytes: number;
  totalBytes: number;
  /** Bytes per second over the last two seconds; undefined until there are two points. */
  rate: number | undefined;
  points: { atMs: number; doneBytes: number }[];
}

/** The slots of a run as rows, in the order in which they were named. */
export interface Grid {
  readonly rows: readonly GridRow[];
  /** Makes sure that the slot has a row. */
  add(station: string, slot: string): GridRow;
  apply(event: RunEvent, atMs: number): GridRow;
}

const rateWindowMs = 2000;

export function createGrid(): Grid {
  const rows: GridRow[] = [];
  const add = (station: string, slot: string): GridRow => {
    const known = rows.find((row) => row.station === station && row.slot === slot);
    if (known) return known;
    const row: GridRow = { station, slot, state: 'waiting', attempt: 0, steps: [] };
    rows.push(row);
    return row;
  };
  return {
    rows,
    add,
    apply(event, atMs) {
      const row = add(event.station, event.slot);
      applyTo(row, event, atMs);
      return row;
    },
  };
}

function applyTo(row: GridRow, event: RunEvent, atMs: number): void {
  switch (event.type) {
    case 'lease':
      begin(row, event);
      return;
    case 'waits':
      row.waitsFor = event.what;
      return;
    case 'cut':
      row.cutBy = event.code;
      return;
    case 'step':
      delete row.progress;
      if (event.state === 'begin') row.steps.push(event.step);
      else row.steps.splice(row.steps.lastIndexOf(event.step));
      return;
    case 'device':
      row.unit = unitId(event.device) ?? event.slot;
      return;
    case 'progress':
      row.progress = advance(row.progress, event, atMs);
      return;
    case 'measurement':
      row.lastMeasurement = event.measurement;
      return;
    case 'outcome':
      end(row, event);
  }
}

function begin(row: GridRow, { attempt, unit }: RunEvent & { type: 'lease' }): void {
  const { station, slot } = row;
  for (const key of Object.keys(row)) delete (row as Partial<GridRow>)[key as keyof GridRow];
  Object.assign(row, { station, slot, state: 'running', attempt, steps: [] } satisfies GridRow);
  if (unit !== undefined) row.unitNumber = unit;
}

function end(row: GridRow, event: RunEvent & { type: 'outcome' }): void {
  delete row.progress;
  delete row.waitsFor;
  delete row.cutBy;
  row.steps = [];
  row.state = event.outcome;
  row.seconds = event.seconds;
  if (event.code !== undefined) row.code = event.code;
  if (event.message !== undefined) row.message = event.message;
}

function advance(
  before: Progress | undefined,
  { doneBytes, totalBytes }: { doneBytes: number; totalBytes: number },
  atMs: number,
): Progress {
  const restarted = before !== undefined && doneBytes < before.doneBytes;
  const points = restarted ? [] : (before?.points ?? []).filter((point) => atMs - point.atMs <= rateWindowMs);
  const [first] = points;
  const spanMs = first ? atMs - first.atMs : 0;
  const rate = first && spanMs > 0 ? ((doneBytes - first.doneBytes) * 1000) / spanMs : undefined;
  return { doneBytes, totalBytes, rate, points: [...points, { atMs, doneBytes }] };
}
