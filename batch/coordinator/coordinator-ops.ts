import { asRigError, RigError } from '../../core/errors.js';
import type { RunEvent } from '../../core/run-event.js';
import type { RpcHandler, RpcPeer } from '../../core/rpc.js';
import type { Station } from '../../rigs/types.js';
import type { Leases } from './leases.js';
import type { OperatorCare } from '../station/operator-care.js';
import type { CoordinatorNotices, CoordinatorOps, LeaseRequest } from './protocol.js';
import { createTurns } from './turns.js';
import type { BatchCare } from '../units/batch-care.js';

export interface HandlerOptions {
  leases: Leases;
  /** Set for a run that goes on with a batch. */
  batch: BatchCare | undefined;
  operators: Pick<OperatorCare, 'check' | 'look'>;
  resultsFolder: string;
  /** Throws CONFIG_INVALID. */
  findStation: (name: string) => Station;
  emit: (event: RunEvent) => void;
  /** Gets what went wrong where nobody waits for the answer. */
  onTrouble: (error: RigError) => void;
}

/** Said by the coordinator alone, when they are true. */
const ownWords: ReadonlySet<RunEvent['type']> = new Set(['lease', 'outcome', 'waits', 'cut']);

type Ops = {
  [Op in keyof CoordinatorOps]: (
    args: CoordinatorOps[Op]['args'],
    peer: RpcPeer,
  ) => Promise<CoordinatorOps[Op]['answer']>;
};

/** Answers the workers. */
export interface CoordinatorHandler {
  /** `CoordinatorOps` and the notification `event`. */
  handle: RpcHandler;
  /** The board in the slot has left, for good: what it has shown belongs to nobody there any more. */
  forget(station: string, slot: string): void;
  /** Tells every worker with an attempt at the station that its slot is without power, and why. */
  stop(station: string, why: RigError): void;
}

export function coordinatorHandler(options: HandlerOptions): CoordinatorHandler {
  const { leases, operators, findStation, emit } = options;
  const turns = createTurns();
  const slotsOfUnit = new Map<string, Set<string>>();
  const passedPlaces = new Set<string>();
  const told = new Set<string>();
  const workers = new Map<string, { station: string; peer: RpcPeer; stopListening: () => void }>();
  const places = new WeakMap<RpcPeer, Map<string, (() => void)[]>>();

  const keepPlace = (peer: RpcPeer, resource: string, giveBack: () => void) => {
    const ofPeer = places.get(peer) ?? new Map<string, (() => void)[]>();
    places.set(peer, ofPeer);
    const stopListening = whenClosed(peer, giveBack);
    const end = () => {
      stopListening();
      giveBack();
    };
    ofPeer.set(resource, [...(ofPeer.get(resource) ?? []), end]);
  };
  const cutOf = (station: string): RigError | undefined => {
    try {
      operators.check(station);
      return undefined;
    } catch (thrown) {
      return asRigError(thrown);
    }
  };
  const endWhenLost = (peer: RpcPeer, attemptId: string, { pid, station }: LeaseRequest) => {
    const lost = new RigError(
      'WORKER_LOST',
      `the worker (pid ${pid}) ended before it had recorded the attempt`,
    );
    return whenClosed(peer, () => {
      workers.delete(attemptId);
      void leases
        .end(attemptId, cutOf(station) ?? lost)
        .catch((thrown) => options.onTrouble(asRigError(thrown)));
    });
  };
  const forget = (attemptId: string) => {
    workers.get(attemptId)?.stopListening();
    workers.delete(attemptId);
  };

  const checkPower = (peer: RpcPeer) => {
    for (const worker of workers.values()) if (worker.peer === peer) operators.check(worker.station);
  };

  const ops: Ops = {
    async lease(request, peer) {
      const turn =
        request.unit === undefined ? undefined : await options.batch?.begin(request.unit, peer.closed);
      const asked = turn ? { ...request, station: turn.station, slot: turn.slot, turn } : request;
      const lease = await leases.grant(findStation(asked.station), asked, peer.closed);
      const { attemptId, attempt, station, slot, unit } = lease.header;
      workers.set(attemptId, { station, peer, stopListening: endWhenLost(peer, attemptId, asked) });
      try {
        // A lid that was opened a moment ago, between two units, may not be known yet.
        await operators.look(station);
      } catch (cut) {
        forget(attemptId);
        await leases.end(attemptId, asRigError(cut));
        throw cut;
      }
      emit({ station, slot, type: 'lease', attempt, ...(unit !== undefined && { unit }) });
      return { ...lease, ...(turn && options.batch?.leaseOf(turn)), resultsFolder: options.resultsFolder };
    },
    async endLease({ attemptId }) {
      forget(attemptId);
      const noRecord = new RigError('INTERNAL_ERROR', 'the attempt ended without a record');
      await leases.end(attemptId, noRecord);
      return null;
    },
    async claimUnit({ station, slot, id }) {
      await leases.identified(station, slot);
      if (id === undefined) return null;
      const place = `${station} ${slot}`;
      const slots = slotsOfUnit.get(id.toLowerCase()) ?? new Set();
      slotsOfUnit.set(id.toLowerCase(), slots.add(place));
      if (slots.size === 1) {
        options.batch?.claim(station, slot, id);
        return null;
      }
      const others = [...slots].filter((each) => each !== place);
      const passed = others.filter((each) => passedPlaces.has(each));
      const what = `${place} shows ${id}, which ${others.join(', ')} has shown in this run`;
      const late = `; ${passed.join(', ')} had passed by then: take that board out too`;
      const error = new RigError('DUPLICATE_MAC', passed.length > 0 ? what + late : what, {
        details: { id, slots: [...slots] },
      });
      // Each asks twice: when it knows its id, and when its attempt ends.
      if (passed.length > 0 && !told.has(error.message)) options.onTrouble(error);
      told.add(error.message);
      throw error;
    },
    async take({ resource, capacity }, peer) {
      const { waitedMs, giveBack } = await turns.take(resource, capacity, peer.closed);
      keepPlace(peer, resource, giveBack);
      return { waitedMs };
    },
    async giveBack({ resource }, peer) {
      places.get(peer)?.get(resource)?.shift()?.();
      return null;
    },
    async turn({ name, spacingMs }, peer) {
      checkPower(peer);
      const turned = await turns.turn(name, spacingMs, peer.closed);
      checkPower(peer);
      return turned;
    },
    async goesOn({ station }) {
      await operators.look(station);
      return null;
    },
    async control({ what, why }) {
      if (!options.batch) throw new RigError('BATCH_NOT_RUNNING', 'this run is not one of a batch');
      await options.batch.control(what, why);
      // As Ctrl-C does: units in hand are given back what they held where that is asked for, and everything goes off.
      if (what === 'cancel') process.kill(process.pid, 'SIGINT');
      return null;
    },
    async commit(record) {
      const written = await leases.commit(record);
      if (record.outcome === 'pass') passedPlaces.add(`${record.station} ${record.slot}`);
      return written;
    },
  };

  const onEvent = (event: RunEvent) => {
    if (ownWords.has(event.type)) return;
    leases.note(event);
    emit(event);
  };
  return {
    handle(op, args, peer) {
      if (op === 'event') return onEvent(args as RunEvent);
      if (!Object.hasOwn(ops, op)) throw new RigError('INTERNAL_ERROR', `the coordinator knows no '${op}'`);
      return (ops[op as keyof Ops] as (args: unknown, peer: RpcPeer) => Promise<unknown>)(args, peer);
    },
    forget(station, slot) {
      const place = `${station} ${slot}`;
      for (const slots of slotsOfUnit.values()) slots.delete(place);
      passedPlaces.delete(place);
    },
    stop(station, { code, message }) {
      const what = message.slice(code.length + 2);
      for (const [attemptId, worker] of workers) {
        const notice: CoordinatorNotices['stop'] = { attemptId, code, what };
        if (worker.station === station) worker.peer.notify('stop', notice);
      }
    },
  };
}

/** Calls back when the connection ends, or at once when it has; the function that it returns takes that back, since a worker goes from unit to unit on one connection. */
function whenClosed({ closed }: RpcPeer, act: () => void): () => void {
  closed.addEventListener('abort', act, { once: true });
  if (closed.aborted) act();
  return () => closed.removeEventListener('abort', act);
}
