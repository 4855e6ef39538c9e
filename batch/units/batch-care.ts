import type { AttemptHeader, AttemptRecord } from '../../core/record.js';
import { asRigError, type RigError } from '../../core/errors.js';
import type { RunEvent } from '../../core/run-event.js';
import type { Station } from '../../rigs/types.js';
import type { JournalEntry } from '../journal/journal-entries.js';
import type { Journal } from '../journal/journal.js';
import type { LogFeed } from '../run/run-log.js';
import { copyResults, openBatchLog } from './batch-log.js';
import { noteEntry } from './batch-state.js';
import { backupOf, rollbackDue } from '../order/rollback-plan.js';
import { batchVerdict, rollbackVerdict } from '../order/verdict.js';
import type { BatchFeed } from '../../reports/run-feed.js';
import type { BatchRun } from '../order/batch-run.js';
import type { Lease } from '../coordinator/protocol.js';
import type { SlotHold } from '../station/slot-hold.js';
import { createBoards } from './boards.js';
import { createDispatcher } from './dispatcher.js';
import type { Dispatcher, Turn } from './turn.js';
import { createCheckpoints } from './checkpoints.js';
import { createHeldLamps, type HeldResult } from './held-lamps.js';
import { memoryInUse } from './host-memory.js';
import { awaitNextBoard } from './next-board.js';

/** The batch that a run goes on with, as the coordinator needs it. */
export interface BatchCare extends Pick<Dispatcher, 'begin' | 'left' | 'stopped'> {
  readonly run: BatchRun;
  /** Waits until the slot of the turn has the board that it is for, see `awaitNextBoard`, and while the batch is paused. */
  awaitBoard(turn: Turn, hold: SlotHold, station: Station, signal: AbortSignal): Promise<void>;
  /** Fields of the header of the attempt that the turn is for. */
  headerOf(turn: Turn): Pick<AttemptHeader, 'unit' | 'serial' | 'wave' | 'attempt'>;
  /** What the worker has to know of the unit. */
  leaseOf(turn: Turn): Pick<Lease, 'unit' | 'job' | 'backup'>;
  /** See `Boards.claim`; for the slot's turn. */
  claim(station: string, slot: string, id: string): void;
  /** The attempt of the slot's turn has its record. `comesAgain`: the board stays where it is, for another turn or until its wave is judged. */
  note(record: AttemptRecord): { comesAgain: boolean };
  /** Does what an operator asks for; resolves when it is in the journal. */
  control(what: 'pause' | 'resume' | 'cancel', why: string): Promise<void>;
  /** For the reporters. */
  readonly feed: BatchFeed;
  /** Nothing begins any more, and what was begun is no verdict on its wave. */
  ending(): void;
  /** The last checkpoint; stops the clock of the others. */
  close(): Promise<void>;
  /** The reports are written, `results` among them: copies them where the batch wants that, and ends its log. Throws REPORT_FAILED. */
  end(results: string | undefined): Promise<void>;
}

export interface BatchCareOptions {
  run: BatchRun;
  runId: string;
  journal: Pick<Journal, 'append'>;
  emit: (event: RunEvent) => void;
  onEvent: LogFeed['onEvent'];
  /** Of what is in the journal. */
  onEntry: (listener: (entry: JournalEntry) => void) => () => void;
  onTrouble: (error: RigError) => void;
  /** Lights the lamp of a slot that nobody works in. */
  showResult: (result: HeldResult) => Promise<void>;
  /** Every board of a station is out, and its operator is to start it again when the next ones are in. */
  onPanelOut: (station: string) => void;
}

export function createBatchCare(options: BatchCareOptions): BatchCare {
  const { run, runId, journal, emit, onTrouble, onPanelOut } = options;
  const { batch, state, folder, pending, rollback } = run;
  options.onEntry((entry) => noteEntry(state, entry));
  const endLog = openBatchLog(batch.log, folder, options);
  const turns = new Map<string, Turn>();
  const used = new Set<string>();
  let pausedBy = '';
  let last = Promise.resolve();

  const keep = (work: () => Promise<unknown>) => {
    last = last.then(work).then(
      () => undefined,
      (thrown) => onTrouble(asRigError(thrown)),
    );
    return last;
  };
  const { append } = journal;
  const checkpoints = createCheckpoints({ run, runId, append, keep });
  const lamps = createHeldLamps(batch, { slots: slotsOf(batch), units: pending.length });
  const showResult = (result: HeldResult) => void keep(() => options.showResult(result));
  const dispatcher = createDispatcher({
    batch,
    state,
    pending,
    onWave(event) {
      if (rollback) return;
      void keep(() => append('wave', event));
      if (event.state === 'begin') return;
      lamps.release(event.rollback ? undefined : showResult);
      checkpoints.waveEnded();
    },
    onGate: (event) => void keep(() => append('gate', event)),
    onControl(event) {
      void keep(() => append('control', event));
      if (event.what === 'pause') {
        pausedBy = event.why;
        tellPause();
      }
    },
    onPanelOut: (station) => batch.swap.detect === 'operator' && onPanelOut(station),
    now: () => performance.now(),
    memoryInUse,
  });
  const pauseText = () => `paused: ${pausedBy}; \`rig batch resume ${batch.id}\` goes on`;
  /** Whoever stands at a station that does nothing must know why. */
  const tellPause = () => {
    const what = pauseText();
    for (const { station, slot, state } of dispatcher.places)
      if (state !== 'busy') emit({ station, slot, type: 'waits', what });
  };
  /** Returns for how long the turn had to wait because of a pause, in ms. */
  const whileRunning = async ({ station, slot }: Turn, signal: AbortSignal) => {
    const askedAt = performance.now();
    const isPaused = dispatcher.state === 'paused';
    if (isPaused) emit({ station, slot, type: 'waits', what: pauseText() });
    await dispatcher.whileRunning(signal);
    return isPaused ? performance.now() - askedAt : 0;
  };
  const boards = createBoards({ batch, state, pending, dispatcher });
  const keyOf = (where: { station: string; slot: string }) => `${where.station} ${where.slot}`;

  return {
    run,
    async begin(unit, signal) {
      const turn = await dispatcher.begin(unit, signal);
      turns.set(keyOf(turn), turn);
      return turn;
    },
    async awaitBoard(turn, hold, station, signal) {
      const isFirst = !used.has(keyOf(turn));
      used.add(keyOf(turn));
      const { slot } = turn;
      const next = {
        hold,
        station,
        swap: batch.swap,
        isFirst,
        objection: (id: string) => boards.objection(turn, id),
        onWait: (what: string) => emit({ station: station.name, slot, type: 'waits', what, for: 'slot' }),
        mayLook: () => whileRunning(turn, signal),
        signal,
      };
      if (turn.needsBoard) await awaitNextBoard(next);
      await whileRunning(turn, signal);
    },
    headerOf({ unit, wave, attempt }) {
      const { number, serial } = unit;
      return { unit: number, ...(serial !== undefined && { serial }), wave: rollback?.wave ?? wave, attempt };
    },
    leaseOf({ unit }) {
      const known = rollback && state.units.get(unit.number);
      const backup = known && backupOf(folder, known);
      return {
        unit,
        ...(batch.job && !rollback && { job: batch.job }),
        ...(backup !== undefined && { backup }),
      };
    },
    claim(station, slot, id) {
      const turn = turns.get(keyOf({ station, slot }));
      if (turn && !rollback) boards.claim(turn, id);
    },
    note(record) {
      const turn = turns.get(keyOf(record));
      if (turn === undefined || record.unit !== turn.unit.number) return { comesAgain: false };
      checkpoints.note(record);
      const { comesAgain } = dispatcher.note(turn, record);
      if (comesAgain || rollback) return { comesAgain };
      const state = record.outcome === 'pass' ? 'pass' : 'fail';
      return { comesAgain: lamps.hold({ station: record.station, slot: record.slot, state }, turn.wave) };
    },
    left(turn, how) {
      turns.delete(keyOf(turn));
      const left = dispatcher.left(turn, how);
      if (dispatcher.state === 'paused') tellPause();
      return left;
    },
    control(what, why) {
      if (what === 'pause') dispatcher.pause(why, 'operator');
      else if (what === 'resume') dispatcher.resume(why);
      else dispatcher.stop(why, 'operator', 'cancel');
      return keep(async () => undefined);
    },
    feed: {
      id: batch.id,
      places: dispatcher.places,
      progress() {
        const results = [...state.units.values()].flatMap(({ result }) => result ?? []);
        const passed = results.filter(({ outcome }) => outcome === 'pass').length;
        const refused = batch.units.filter((unit) => unit.refused !== undefined).length;
        return { units: batch.units.length, passed, notPassed: results.length - passed, refused };
      },
      verdict: () => (rollback ? rollbackVerdict(run) : batchVerdict(batch, state)),
    },
    stopped: dispatcher.stopped,
    ending() {
      dispatcher.close();
      lamps.release(rollbackDue(state) ? undefined : showResult);
    },
    close: checkpoints.close,
    async end(results) {
      await endLog();
      if (results !== undefined) await copyResults(batch.log, results);
    },
  };
}

function slotsOf({ stations }: BatchRun['batch']): number {
  return stations.reduce((sum, { slots }) => sum + slots.length, 0);
}
