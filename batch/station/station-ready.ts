import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import type { FlashImage } from '../../drivers/flash/flash-driver.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import { slotOnBench, type BenchState } from '../../rigs/bench.js';
import type { Slot, Station } from '../../rigs/types.js';
import { createDeflatedImages } from './deflated-images.js';
import { startLastingGuard, type RunGuard } from './lasting-guard.js';
import { openStationBench, type StationBench } from './station-bench.js';

/** A station that may be used: its bench stands, the guard is up, its releases are compressed. */
export interface ReadyStation {
  guard: RunGuard;
  gpio: LineBackendSpec;
  /** With the bench's ports in place of the hardware's. */
  slot(id: string): Slot;
  images(slot: Slot): Promise<FlashImage[]>;
  /** What the bench says of itself; undefined on hardware. */
  benchState: BenchState | undefined;
}

/** What the stations of a run need around them, made once, when it is first asked for. */
export interface StationCare {
  /** Starts the work without waiting; what fails is thrown by `ready`. */
  prepare(station: Station): void;
  /** Throws BENCH_FAILED, GUARD_LOST, IMAGE_INVALID. */
  ready(station: Station): Promise<ReadyStation>;
  /** Ends the guard, then the benches that the run started; tries all, then throws what failed. May be called twice. */
  close(): Promise<void>;
}

export interface StationCareOptions {
  runtimeFolder: string;
  resultsFolder: string;
  /** Gets what went wrong and was mended, for the operator to know. */
  onTrouble: (error: RigError) => void;
}

export function createStationCare({
  runtimeFolder,
  resultsFolder,
  onTrouble,
}: StationCareOptions): StationCare {
  const images = createDeflatedImages(join(resultsFolder, '.cache'));
  const benches: Promise<StationBench>[] = [];
  const stations = new Map<string, Promise<ReadyStation>>();
  let guarding: Promise<RunGuard> | undefined;
  let closing: Promise<void> | undefined;

  const makeReady = async (station: Station): Promise<ReadyStation> => {
    guarding ??= startLastingGuard({ log: join(resultsFolder, 'guard.log'), onLost: onTrouble });
    const benching = station.bench && openStationBench({ station, runtimeFolder, resultsFolder });
    if (benching) benches.push(benching);
    const releases = new Set(station.slots.map(({ release }) => release));
    const compressing = [...releases].map((release) => images.of(release));
    const [guard, bench] = await settled([guarding, benching, ...compressing] as const);
    return {
      guard,
      gpio: linesOf(station, bench, runtimeFolder),
      slot: (id) => findSlot(station, id, bench),
      images: (slot) => images.of(slot.release),
      benchState: bench?.state,
    };
  };
  const ready = (station: Station) => {
    const known = stations.get(station.name) ?? makeReady(station);
    stations.set(station.name, known);
    return known;
  };
  const close = async () => {
    const guard = await guarding?.catch(() => undefined);
    const ends = await Promise.allSettled([guard?.stop(), images.close()]);
    const stopped = benches.map(async (bench) => (await bench.catch(() => undefined))?.stop());
    ends.push(...(await Promise.allSettled(stopped)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  };
  return {
    prepare: (station) => void ready(station).catch(() => undefined),
    ready,
    close: () => (closing ??= close()),
  };
}

/** The kernel's lines, also for a bench that watches them; else those of the bench. */
function linesOf(
  { name, gpio }: Station,
  bench: StationBench | undefined,
  runtimeFolder: string,
): LineBackendSpec {
  if (gpio === 'onoff') return { kind: 'onoff' };
  if (gpio === 'gpiod') return { kind: 'gpiod', folder: join(runtimeFolder, 'gpiod') };
  if (bench === undefined) throw new Error(`${name} has neither a bench nor a way to the kernel's lines`);
  return { kind: 'bench', socketPath: bench.state.socketPath };
}

/** Waits for all, also after one has failed, so that nothing is still starting when the failure is reported. */
async function settled<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function findSlot(station: Station, id: string, bench: StationBench | undefined): Slot {
  const slot = station.slots.find((each) => each.id === id);
  if (slot === undefined) {
    const known = station.slots.map((each) => each.id).join(', ');
    throw new RigError('CONFIG_INVALID', `${station.name} has no ${id}; it has ${known}`);
  }
  if (bench === undefined) return slot;
  if (bench.state.slots[id] === undefined) {
    const why = `the bench that was started by hand for ${station.name} (pid ${bench.state.pid}) has no ${id}; start it again`;
    throw new RigError('BENCH_FAILED', why);
  }
  return slotOnBench(slot, bench.state);
}
