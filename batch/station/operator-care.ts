import { abortedBy } from '../../core/deadline.js';
import { asRigError, RigError } from '../../core/errors.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import { soundBuzzer, type BuzzerSignal } from '../../gpio/buzzer.js';
import type { Outputs } from '../../gpio/output.js';
import type { Operator, Station } from '../../rigs/types.js';
import { openInterlock, type Interlock, type WaitOptions } from './interlock.js';
import type { StationCare } from './station-ready.js';

/** Between the stations of a run and their operators. A station without operator lines may do anything. */
export interface OperatorCare {
  /** See `Interlock.mayStart`. */
  mayStart(station: Station, options: WaitOptions): Promise<void>;
  /** Throws what has cut the power of the station, by what is known. */
  check(station: string): void;
  /** As `check`, after reading the lines. */
  look(station: string): Promise<void>;
  /** See `Interlock.rest`. */
  rest(station: string): void;
  /** Sounds the buzzer of the station, where there is one; what goes wrong is told as trouble. */
  sound(station: Station, signal: BuzzerSignal): Promise<void>;
  /** From here on nothing is watched; may be called twice. */
  close(): Promise<void>;
}

export interface OperatorCareOptions {
  care: StationCare;
  /** Told at once, before anything else is done about it. */
  onCut: (station: string, why: RigError) => void;
  onTrouble: (error: RigError) => void;
}

export function createOperatorCare({ care, onCut, onTrouble }: OperatorCareOptions): OperatorCare {
  const stations = new Map<string, Promise<Interlock>>();
  /** By the way to the lines: on one that is open a second station may have the same input. */
  const backends = new Map<string, Promise<Outputs>>();
  const cuts = new Map<string, AbortSignal>();
  let closing: Promise<void> | undefined;

  const backendOf = async (station: Station): Promise<Outputs> => {
    const { gpio } = await care.ready(station);
    if (closing) throw new RigError('ABORTED', 'the run is ending');
    const key = JSON.stringify(gpio);
    const backend = backends.get(key) ?? openOutputs(gpio);
    backends.set(key, backend);
    return backend;
  };
  const open = async (station: Station, operator: Operator): Promise<Interlock> => {
    const { name } = station;
    const interlock = await openInterlock(name, operator, await backendOf(station));
    cuts.set(name, interlock.cut);
    const told = () => onCut(name, asRigError(abortedBy(interlock.cut)));
    interlock.cut.addEventListener('abort', told, { once: true });
    return interlock;
  };
  const watched = (station: Station): Promise<Interlock> | undefined => {
    const { name, operator } = station;
    if (operator === undefined) return undefined;
    const known = stations.get(name) ?? open(station, operator);
    stations.set(name, known);
    return known;
  };
  const check = (station: string) => {
    const cut = cuts.get(station);
    if (cut?.aborted) throw abortedBy(cut);
  };
  const close = async () => {
    await Promise.allSettled([...stations.values()].map(async (each) => (await each).close()));
    await Promise.allSettled([...backends.values()].map(async (each) => (await each).close()));
  };
  return {
    mayStart: async (station, options) => (await watched(station))?.mayStart(options),
    check,
    async look(station) {
      check(station);
      const known = await stations.get(station)?.catch(() => undefined);
      await known?.look();
      check(station);
    },
    rest: (station) =>
      void stations.get(station)?.then(
        (interlock) => interlock.rest(),
        () => undefined,
      ),
    async sound(station, signal) {
      const address = station.operator?.buzzer;
      if (address === undefined) return;
      try {
        const { guard, gpio } = await care.ready(station);
        const name = `${station.name} buzzer`;
        await guard.watch(name, gpio, [{ address, safe: false }]);
        const backend = await openOutputs(gpio);
        try {
          await soundBuzzer(backend, address, signal);
        } finally {
          await backend.close();
        }
        await guard.unwatch(name);
      } catch (thrown) {
        onTrouble(asRigError(thrown));
      }
    },
    close: () => (closing ??= close()),
  };
}
