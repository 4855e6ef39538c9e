import { abortedBy } from '../../core/deadline.js';
import { asRigError, RigError } from '../../core/errors.js';
import type { AttemptDevice, AttemptHeader, AttemptRecord } from '../../core/record.js';
import type { RunEvent } from '../../core/run-event.js';
import { isSafe, type LineReadback } from '../../core/run-record.js';
import type { Slot, Station } from '../../rigs/types.js';
import { portOf } from '../../rigs/types.js';
import type { Breaker } from '../station/breaker.js';
import { draftRecord, type DraftRecord } from './draft-record.js';
import type { CoordinatorOps, Lease, LeaseRequest as WorkerRequest } from './protocol.js';
import { releaseIdentity } from './run-header.js';
import type { SlotHold } from '../station/slot-hold.js';
import { createTurns } from './turns.js';
import type { Turn } from '../units/turn.js';

/** What a worker asks for, with the turn of its unit where there is a batch. */
export interface LeaseRequest extends WorkerRequest {
  turn?: Turn;
}

/** See `CoordinatorOps.commit`. */
type Committed = CoordinatorOps['commit']['answer'];

/** The attempts that are under way, each with its slot. */
export interface Leases {
  /**
   * See `CoordinatorOps.lease`. Waits while another attempt of the run is at the slot; rejects when `gone` aborts meanwhile. A lease that
   * is refused is recorded too, as an attempt that ended in error.
   */
  grant(station: Station, request: LeaseRequest, gone: AbortSignal): Promise<Omit<Lease, 'resultsFolder'>>;
  /** Keeps the record; an attempt has one. */
  commit(record: AttemptRecord): Promise<Committed>;
  /**
   * The slot goes off and is given back; an attempt without a record gets one, with `why`. Does nothing for one that is not open. Throws
   * LINE_READBACK when the slot is not known to be off.
   */
  end(attemptId: string, why: RigError): Promise<void>;
  /** Ends what is open, and refuses whatever would begin from now on. */
  endAll(why: RigError): Promise<void>;
  /** Switches the slot off when an attempt has it; the attempt stays open. Never throws. */
  switchOff(station: string, slot: string): Promise<LineReadback[]>;
  /** Slots of the station with an attempt. */
  openSlots(station: string): string[];
  note(event: RunEvent): void;
  /** Resolves when it is on disk which board is in the slot; once an attempt. Does nothing for a slot without an attempt. */
  identified(station: string, slot: string): Promise<void>;
  /** What the outputs of each slot were read back as when its last attempt ended. */
  readback(): LineReadback[];
}

export interface LeasesOptions {
  runId: string;
  batch: string;
  /** Path of an attempt's console log, relative to the results folder. */
  consoleLog: (header: AttemptHeader) => string;
  /** Takes the slot once it may be energised; rejects when the signal aborts meanwhile. */
  hold: (station: Station, request: LeaseRequest, signal: AbortSignal) => Promise<SlotHold>;
  /** What the batch says of an attempt. */
  headerOf: (turn: Turn) => Pick<AttemptHeader, 'unit' | 'serial' | 'wave' | 'attempt'>;
  /** The turn is over, and the slot given back. `isOut`: no board came, and none is waited for any more. */
  onLeft: (turn: Turn, how: { isOut: boolean }) => void;
  /** Refuses slots that are out of use. */
  breaker: Pick<Breaker, 'check'>;
  /** Each resolves when it is on disk. */
  journalStart: (header: AttemptHeader) => Promise<unknown>;
  journalDevice: (device: AttemptDevice) => Promise<unknown>;
  journalRecord: (record: AttemptRecord) => Promise<Committed>;
}

interface OpenAttempt {
  header: AttemptHeader;
  draft: DraftRecord;
  hold: SlotHold;
  /** Lets the next attempt at the slot begin. */
  leave: () => void;
  identified?: Promise<unknown>;
  committing?: Promise<Committed>;
  ending?: Promise<void>;
}

export function createLeases(options: LeasesOptions): Leases {
  const { journalStart, journalDevice, journalRecord } = options;
  const open = new Map<string, OpenAttempt>();
  const readbacks = new Map<string, LineReadback[]>();
  const granting = new Set<Promise<unknown>>();
  const nextHeader = headerMaker(options);
  const places = createTurns();
  const stop = new AbortController();

  const attemptAt = (station: string, slot: string) =>
    [...open.values()].find(({ header }) => header.station === station && header.slot === slot);
  const openAt = (station: string) => [...open.values()].filter(({ header }) => header.station === station);
  const hold = async (
    station: Station,
    configured: Slot,
    request: LeaseRequest,
    gone: AbortSignal,
  ): Promise<SlotHold> => {
    try {
      options.breaker.check(station.name, request.slot);
      const held = await options.hold(station, request, AbortSignal.any([gone, stop.signal]));
      if (!stop.signal.aborted) return held;
      await held.release({ lamps: 'darken' });
      throw abortedBy(stop.signal);
    } catch (thrown) {
      // Nothing was done to any board.
      if (asRigError(thrown).code === 'UNIT_NOT_BEGUN') throw thrown;
      const lost = new RigError(
        'WORKER_LOST',
        `the worker (pid ${request.pid}) ended while its slot was made ready`,
      );
      const header = nextHeader(request, configured);
      await journalStart(header);
      await journalRecord(draftRecord(header, request).failed(gone.aborted ? lost : asRigError(thrown)));
      throw thrown;
    }
  };
  const end = async (attempt: OpenAttempt, why: RigError) => {
    const { header } = attempt;
    const lamps = attempt.committing ? 'keep' : 'darken';
    try {
      const lines = await attempt.hold.release({ lamps });
      readbacks.set(`${header.station}/${header.slot}`, lines);
      if (!isSafe({ lines })) throw notOff(lines);
    } finally {
      open.delete(header.attemptId);
      try {
        await (attempt.committing ??= journalRecord(attempt.draft.failed(why)));
      } finally {
        attempt.leave();
      }
    }
  };
  const endOnce = async (attemptId: string, why: RigError) => {
    const attempt = open.get(attemptId);
    if (attempt) await (attempt.ending ??= end(attempt, why));
  };

  const enter = async (station: Station, request: LeaseRequest, gone: AbortSignal) => {
    const { giveBack } = await places.take(
      `${station.name}/${request.slot}`,
      1,
      AbortSignal.any([gone, stop.signal]),
    );
    return giveBack;
  };
  const grant = async (station: Station, request: LeaseRequest, gone: AbortSignal, leave: () => void) => {
    const configured = slotOf(station, request.slot);
    const held = await hold(station, configured, request, gone);
    const header = nextHeader(request, held.slot);
    try {
      await journalStart(header);
    } catch (thrown) {
      await held.release({ lamps: 'darken' });
      throw thrown;
    }
    const consoleLog = options.consoleLog(header);
    const draft = draftRecord(header, { proof: request.proof, consoleLog });
    open.set(header.attemptId, { header, hold: held, draft, leave });
    const { slot, gpio, images } = held;
    const { powerOn, limits, selftest } = station;
    const known = selftest && { selftest };
    return { header, slot, gpio, images, powerOn, limits, ...known, consoleLog };
  };
  return {
    async grant(station, request, gone) {
      let giveBack: () => void = () => undefined;
      const leave = (how = { isOut: false }) => {
        giveBack();
        if (request.turn) options.onLeft(request.turn, how);
      };
      const granted = (async () => {
        giveBack = await enter(station, request, gone);
        return grant(station, request, gone, leave);
      })();
      granting.add(granted);
      try {
        return await granted;
      } catch (thrown) {
        leave({ isOut: asRigError(thrown).code === 'UNIT_NOT_BEGUN' });
        throw thrown;
      } finally {
        granting.delete(granted);
      }
    },
    async commit(record) {
      const attempt = open.get(record.attemptId);
      if (attempt === undefined || attempt.committing !== undefined) {
        throw new RigError('INTERNAL_ERROR', `${record.attemptId} is not open, so it gets no record`);
      }
      return (attempt.committing = journalRecord(record));
    },
    end: endOnce,
    async endAll(why) {
      stop.abort(why);
      await Promise.allSettled(granting);
      const ends = await Promise.allSettled([...open.keys()].map((attemptId) => endOnce(attemptId, why)));
      const failed = ends.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
    },
    switchOff: async (station, slot) => (await attemptAt(station, slot)?.hold.switchOff()) ?? [],
    openSlots: (station) => openAt(station).map(({ header }) => header.slot),
    note: (event) => attemptAt(event.station, event.slot)?.draft.note(event),
    async identified(station, slot) {
      const attempt = attemptAt(station, slot);
      const device = attempt?.draft.device();
      if (attempt && device) await (attempt.identified ??= journalDevice(device));
    },
    readback: () => [...readbacks.values()].flat(),
  };
}

/** Counts the attempts of each slot, from 1. */
function headerMaker({
  runId,
  batch,
  headerOf,
}: LeasesOptions): (request: LeaseRequest, slot: Slot) => AttemptHeader {
  const counts = new Map<string, number>();
  return ({ station, programme, turn }, slot) => {
    const place = `${station}/${slot.id}`;
    const attempt = (counts.get(place) ?? 0) + 1;
    counts.set(place, attempt);
    return {
      attemptId: `${runId}/${place}/${attempt}`,
      runId,
      batch,
      station,
      slot: slot.id,
      programme,
      attempt,
      port: portOf(slot),
      board: slot.board.name,
      release: releaseIdentity(slot.release),
      startedAt: new Date().toISOString(),
      ...(turn && headerOf(turn)),
    };
  };
}

function slotOf(station: Station, id: string): Slot {
  const slot = station.slots.find((each) => each.id === id);
  if (slot) return slot;
  const known = station.slots.map((each) => each.id).join(', ');
  throw new RigError('CONFIG_INVALID', `${station.name} has no ${id}; it has ${known}`);
}

/** What to say of lines that were not read back as inactive. */
export function notOff(lines: readonly LineReadback[]): RigError {
  const bad = lines.filter(({ state }) => state !== 'inactive');
  const named = bad.map(
    ({ station, slot, role, line, reason }) => `${station} ${slot} ${role} (${line}): ${reason}`,
  );
  return new RigError('LINE_READBACK', `not known to be off: ${named.join('; ')}`);
}
