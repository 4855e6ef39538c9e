import { dirname, join } from 'node:path';
import { asRigError, RigError } from '../../core/errors.js';
import { createListeners } from '../../core/listeners.js';
import type { Outcome } from '../../core/outcome.js';
import type { AttemptRecord } from '../../core/record.js';
import type { RunEvent } from '../../core/run-event.js';
import { isSafe } from '../../core/run-record.js';
import { serveRpc } from '../../core/rpc.js';
import { publishRunFeed } from '../../reports/run-feed.js';
import { secondsBetween } from '../../reports/run-data.js';
import { unitsOfRecords } from '../../reports/units.js';
import type { Station } from '../../rigs/types.js';
import { createBreaker } from '../station/breaker.js';
import { coordinatorHandler } from './coordinator-ops.js';
import { createCutBoards } from '../station/cut-boards.js';
import { noteFitness, requireFitness } from '../station/fitness.js';
import { linkLatest, reportDeadRun } from '../run/latest-run.js';
import { consoleLogOf } from './console-log-name.js';
import { openJournal } from '../journal/journal.js';
import { createLeases, notOff } from './leases.js';
import { writeProjections, type ProjectionFiles } from '../projections/projections.js';
import { journalName } from '../projections/run-data.js';
import { runHeader } from './run-header.js';
import { holdSlot } from '../station/slot-hold.js';
import { createOperatorCare } from '../station/operator-care.js';
import { cutPower } from '../station/power-cut.js';
import { showLamp } from '../station/show-lamp.js';
import { createStationCare } from '../station/station-ready.js';
import type { BatchRun } from '../order/batch-run.js';
import { createBatchCare } from '../units/batch-care.js';
import { heard } from '../journal/heard-journal.js';
import type { JournalEntry } from '../journal/journal-entries.js';

export interface CoordinatorOptions {
  runId: string;
  /** Set for a run that goes on with a batch. */
  batch?: BatchRun;
  /** Absolute path of `results/<run id>`. */
  resultsFolder: string;
  /** Unix socket for the workers; at most 107 bytes. */
  socketPath: string;
  stations: readonly Station[];
  /** Locks and the sockets of benches. */
  runtimeFolder: string;
}

/** The place where the slots of a run meet; lives in Playwright's main process. */
export interface Coordinator {
  /** Begins to make the station ready, without waiting; what fails is thrown by the leases of that station. */
  prepare(station: string): void;
  /** Calls back for every event from now on; returns a function that stops it. */
  onEvent(listener: (event: RunEvent) => void): () => void;
  /**
   * Ends the run in order: attempts that are open are recorded as aborted, everything is off and read back, guard and benches end, the
   * reports are written. Does all of it, then throws what failed first. May be called twice.
   */
  close(options?: { status?: string }): Promise<void>;
}

/** Starts the coordinator of a run and publishes its feed to the reporters of this process. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { runId, resultsFolder, runtimeFolder, stations } = options;
  const batchId = options.batch?.batch.id ?? runId;
  const entries = createListeners<JournalEntry>();
  const { emit, on: onEvent } = createListeners<RunEvent>();
  const journal = heard(await openJournal(join(resultsFolder, journalName), { runId }), entries.emit);
  const records: AttemptRecord[] = [];
  const warnings: string[] = [];
  let files: ProjectionFiles | undefined;
  let closing: Promise<void> | undefined;

  const onTrouble = (error: RigError) => void warnings.push(error.message);
  const care = createStationCare({ runtimeFolder, resultsFolder, onTrouble });
  const findStation = (name: string) => {
    const station = stations.find((each) => each.name === name);
    if (station) return station;
    throw new RigError('CONFIG_INVALID', `${name} is not a station of this run`);
  };
  const ended = new AbortController();
  const operators = createOperatorCare({ care, onTrouble, onCut: (station, why) => cutOff(station, why) });
  const breaker = createBreaker({ failures: (name) => findStation(name).limits.rigErrorsInARow });
  const cutBoards = createCutBoards();
  const batch =
    options.batch &&
    createBatchCare({
      run: options.batch,
      runId,
      journal,
      emit,
      onEvent,
      onEntry: entries.on,
      onTrouble,
      showResult: async ({ station, slot, state }) =>
        showLamp(await care.ready(findStation(station)), slot, state),
      onPanelOut: (station) => operators.rest(station),
    });
  const leases = createLeases({
    runId,
    batch: batchId,
    consoleLog: (header) => consoleLogOf(header, stations.length > 1),
    headerOf: (turn) => batch?.headerOf(turn) ?? { attempt: turn.attempt },
    onLeft(turn, how) {
      // The board leaves, and its claim on its address with it; that of one that stays stands.
      if (batch?.left(turn, how).boardStays === false) handler.forget(turn.station, turn.slot);
    },
    breaker,
    async hold(station, { slot: slotId, pid, proof, turn }, signal) {
      cutBoards.check(station.name, slotId);
      await requireFitness({ results: dirname(resultsFolder), station, slot: slotId, proof });
      const held = await holdSlot({ care, runtimeFolder, runId, station, slotId, pid });
      const onWait = (what: string) => emit({ station: station.name, slot: slotId, type: 'waits', what });
      try {
        // Somebody may have his hands in the nests while the run waits: what something else left on goes off before that.
        if (station.operator) await held.switchOff();
        const until = turn && batch ? AbortSignal.any([signal, batch.stopped]) : signal;
        await operators.mayStart(station, { signal: until, onWait });
        if (turn) await batch?.awaitBoard(turn, held, station, until);
        return held;
      } catch (thrown) {
        await held.release({ lamps: 'darken' });
        throw thrown;
      }
    },
    journalStart: (header) => journal.append('attempt-start', header),
    journalDevice: (device) => journal.append('attempt-device', device),
    async journalRecord(record) {
      const written = await journal.append('attempt', record);
      records.push(record);
      breaker.note(record);
      const { comesAgain } = batch?.note(record) ?? { comesAgain: false };
      cutBoards.note(record);
      await noteFitness(dirname(resultsFolder), findStation(record.station), record).catch((thrown) =>
        onTrouble(asRigError(thrown)),
      );
      emit(outcomeEvent(record));
      return { ...written, comesAgain };
    },
  });
  const handler = coordinatorHandler({
    leases,
    batch,
    operators,
    resultsFolder,
    findStation,
    emit,
    onTrouble,
  });

  const cutOff = (station: string, why: RigError) => {
    const slots = leases.openSlots(station);
    // The lines first, each slot at its own pace: a relay that does not answer holds up no other. Whoever works there is told why before what breaks can be taken for the board's fault.
    const offs = slots.map((slot) => cutPower(() => leases.switchOff(station, slot), ended.signal));
    handler.stop(station, why);
    const { code, message } = why;
    const what = message.slice(code.length + 2);
    for (const slot of slots) emit({ station, slot, type: 'cut', code, what });
    Promise.all(offs)
      .then((each) => {
        const lines = each.flat();
        if (!isSafe({ lines })) onTrouble(notOff(lines));
      })
      .catch((thrown) => onTrouble(asRigError(thrown)));
  };

  if (journal.torn) warnings.push(`the journal ended in a torn line, which was cut: ${journal.path}.torn`);
  const begin = async () => {
    await journal.append('run', runHeader(runId, batchId, stations));
    if (batch) await journal.append('batch', batch.run.header);
    return serveRpc(options.socketPath, handler.handle);
  };
  const server = await begin().catch(async (thrown: unknown) => {
    await journal.close();
    throw thrown;
  });
  const latest = join(dirname(resultsFolder), 'latest');
  const died = await reportDeadRun(latest);
  if (died !== undefined) warnings.push(died);
  await linkLatest(latest, resultsFolder).catch((thrown: unknown) =>
    warnings.push(`results/latest: ${String(thrown)}`),
  );
  publishRunFeed({
    runId,
    resultsFolder,
    onEvent,
    records: () => records,
    warnings: () => warnings,
    files: () => files,
    ...(batch && { batch: batch.feed }),
  });

  const soundBuzzers = async () => {
    const sounding = stations.map((station) => {
      const units = unitsOfRecords(records.filter((record) => record.station === station.name));
      if (units.length === 0) return undefined;
      const isGood = units.every(({ last }) => last.outcome === 'pass');
      return operators.sound(station, isGood ? 'good' : 'bad');
    });
    await Promise.all(sounding);
  };
  const close = async (status: string) => {
    // What is waited for may keep no process alive by itself, and the journal wants its last lines.
    const alive = setInterval(() => undefined, 1000);
    ended.abort();
    batch?.ending();
    const stopped = new RigError('ABORTED', 'the run was stopped before the unit was finished');
    const failures = await eachInTurn([
      () => leases.endAll(stopped),
      () => operators.close(),
      () => server.close(),
      () => journal.append('safe', { lines: leases.readback() }),
      () => soundBuzzers(),
      () => care.close(),
      async () => batch?.close(),
      () =>
        journal.append('run-end', { status, endedAt: new Date().toISOString(), attempts: count(records) }),
      () => journal.close(),
      async () => (files = await writeProjections(resultsFolder)),
      async () => batch?.end(files?.results),
    ]);
    clearInterval(alive);
    warnings.push(
      ...failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))),
    );
    if (failures.length > 0) throw failures[0];
  };
  return {
    prepare: (station) => care.prepare(findStation(station)),
    onEvent,
    close: ({ status = 'ended' } = {}) => (closing ??= close(status)),
  };
}

/** Does every one of them, whatever happens to the others; returns what was thrown. */
async function eachInTurn(acts: readonly (() => Promise<unknown>)[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const act of acts) await act().catch((thrown: unknown) => failures.push(thrown));
  return failures;
}

function outcomeEvent(record: AttemptRecord): RunEvent {
  const { station, slot, outcome, failure, startedAt, endedAt } = record;
  const why = failure && { code: failure.code, message: failure.message };
  return { station, slot, type: 'outcome', outcome, seconds: secondsBetween(startedAt, endedAt), ...why };
}

function count(records: readonly AttemptRecord[]): Record<Outcome, number> {
  const attempts = { pass: 0, fail: 0, error: 0, aborted: 0, skipped: 0 };
  for (const { outcome } of records) attempts[outcome] += 1;
  return attempts;
}
