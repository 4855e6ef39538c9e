import type { BatchHeader, ControlEvent, GateEvent, WaveEvent } from '../../core/batch-record.js';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { unitId, type AttemptHeader, type AttemptRecord } from '../../core/record.js';
import type { RunEnd } from '../../core/run-record.js';
import type { JournalEntry } from '../journal/journal-entries.js';
import { isVerdict, unitResult, type UnitResult } from './unit-result.js';

/** What the journal says of one unit. */
export interface UnitState {
  unit: number;
  /** Attempts that were begun. */
  attempts: number;
  /** What it was found to be; undefined until it has a result, and again once its board was given back what it held. */
  result?: UnitResult;
  /** An attempt began and has no record: its run died, and nobody knows what the board holds. */
  inHand?: AttemptHeader;
  /** The board, as the newest attempt that met one saw it. */
  board?: string;
  /** What `board` was before the attempt that is under way. */
  boardBefore?: string | undefined;
  station?: string;
  slot?: string;
  wave?: number;
  /** Folder of the backup from before the batch's first write to it, relative to the batch's folder. */
  backup?: string;
  /** Its board was given back what it held before. */
  isRolledBack: boolean;
}

/** What the journal says of a batch. The journal is the only truth; this is made anew from it. */
export interface BatchState {
  header?: BatchHeader;
  units: Map<number, UnitState>;
  /** The unit of the newest attempt in each slot, by its station and its own id. */
  lastIn: Map<string, number>;
  /** Units with an attempt that has no record yet, by its id. */
  open: Map<string, UnitState>;
  /** Results in the order in which they came. */
  results: UnitResult[];
  waves: WaveEvent[];
  /** The last wave that began and did not end. */
  openWave?: { wave: number; units: Set<number> };
  gates: GateEvent[];
  controls: ControlEvent[];
  /** What was decided last in the newest run: who starts another one has thought of what was before. */
  control?: ControlEvent;
  checkpoints: string[];
  runs: { runId: string; startedAt: string; pid: number; end?: RunEnd }[];
  lastAt?: string;
}

export function emptyState(): BatchState {
  return {
    units: new Map(),
    lastIn: new Map(),
    open: new Map(),
    results: [],
    waves: [],
    gates: [],
    controls: [],
    checkpoints: [],
    runs: [],
  };
}

/** Takes the next line of the journal. */
export function noteEntry(state: BatchState, entry: JournalEntry): void {
  state.lastAt = entry.at;
  switch (entry.type) {
    case 'run': {
      const { runId, startedAt, pid } = entry.data;
      state.runs.push({ runId, startedAt, pid });
      delete state.control;
      return;
    }
    case 'batch':
      state.header = entry.data;
      return;
    case 'wave':
      noteWave(state, entry.data);
      return;
    case 'gate':
      state.gates.push(entry.data);
      return;
    case 'control':
      state.controls.push(entry.data);
      state.control = entry.data;
      return;
    case 'checkpoint':
      state.checkpoints.push(entry.data.id);
      return;
    case 'attempt-start':
      noteStart(state, entry.data);
      return;
    case 'attempt-device': {
      const unit = state.open.get(entry.data.attemptId);
      if (unit && entry.data.proof !== 'backup') noteBoard(unit, unitId(entry.data.device));
      return;
    }
    case 'attempt':
      noteAttempt(state, entry.data);
      return;
    case 'run-end': {
      const run = state.runs.at(-1);
      if (run) run.end = entry.data;
    }
  }
}

function noteWave(state: BatchState, wave: WaveEvent): void {
  state.waves.push(wave);
  if (wave.state === 'begin') state.openWave = { wave: wave.wave, units: new Set() };
  else delete state.openWave;
}

function noteStart(state: BatchState, header: AttemptHeader): void {
  if (header.unit === undefined) return;
  const unit = unitOf(state, header.unit);
  unit.attempts += 1;
  // Giving a board back what it held is no new try at the unit.
  unit.inHand = header;
  unit.boardBefore = unit.board;
  state.open.set(header.attemptId, unit);
  unit.station = header.station;
  unit.slot = header.slot;
  state.lastIn.set(`${header.station} ${header.slot}`, header.unit);
  if (header.wave === undefined) return;
  unit.wave = header.wave;
  if (state.openWave?.wave === header.wave) state.openWave.units.add(header.unit);
}

function noteAttempt(state: BatchState, record: AttemptRecord): void {
  if (record.unit === undefined) return;
  const unit = unitOf(state, record.unit);
  delete unit.inHand;
  state.open.delete(record.attemptId);
  const before = unit.boardBefore;
  delete unit.boardBefore;
  if (othersBoard.has(record.failure?.code ?? '')) putBoard(unit, before);
  else if (record.proof !== 'backup') noteBoard(unit, record.device && unitId(record.device));
  // What another board held before is nothing to give this one back.
  if (before !== undefined && unit.board !== before) delete unit.backup;
  // It holds again what it held before.
  if (record.flashState === 'restored') delete unit.backup;
  else if (record.backup) unit.backup ??= record.backup.folder;
  if (record.proof === 'backup') {
    if (record.outcome !== 'pass') return;
    unit.isRolledBack = true;
    delete unit.backup;
    delete unit.result;
    return;
  }
  if (record.flashState === 'unproved') unit.isRolledBack = false;
  if (!isVerdict(record)) return;
  unit.result = unitResult(record.unit, record);
  unit.isRolledBack = false;
  state.results.push(unit.result);
}

/** The board that was in the slot is refused as one that is not this unit. */
const othersBoard: ReadonlySet<string> = new Set<ErrorCode>(['UNIT_REPEATED', 'UNIT_MISPLACED']);

function noteBoard(unit: UnitState, board: string | undefined): void {
  if (board !== undefined) unit.board = board;
}

function putBoard(unit: UnitState, board: string | undefined): void {
  if (board === undefined) delete unit.board;
  else unit.board = board;
}

function unitOf(state: BatchState, unit: number): UnitState {
  const known = state.units.get(unit) ?? { unit, attempts: 0, isRolledBack: false };
  state.units.set(unit, known);
  return known;
}
