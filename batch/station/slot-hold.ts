import type { LineReadback } from '../../core/run-record.js';
import type { FlashImage } from '../../drivers/flash/flash-driver.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import type { Slot, Station } from '../../rigs/types.js';
import { lockSlot } from '../locks.js';
import { switchOff, unwatchSlot, watchSlot } from './station-guard.js';
import type { StationCare } from './station-ready.js';

/** A slot that is this run's alone, with the guard behind it. */
export interface SlotHold {
  /** With the bench's ports in place of the hardware's. */
  slot: Slot;
  gpio: LineBackendSpec;
  images: FlashImage[];
  /** Switches the slot off, whoever works in it, and leaves it held; never throws. Does nothing once it is given back. */
  switchOff(): Promise<LineReadback[]>;
  /**
   * Switches the slot off and gives it back; never throws for a line: what was read back tells. A slot that is not known to be off
   * stays under the guard, which tries again at the end of the run.
   */
  release(options: { lamps: 'keep' | 'darken' }): Promise<LineReadback[]>;
}

export interface HoldOptions {
  care: StationCare;
  runtimeFolder: string;
  runId: string;
  station: Station;
  slotId: string;
  /** The worker that will drive the slot. */
  pid: number;
}

/**
 * Waits for the station and takes the slot. When it resolves, every output is under the guard; nothing is energised by it. Throws
 * SLOT_BUSY, GUARD_LOST, BENCH_FAILED, IMAGE_INVALID and what opening lines throws.
 */
export async function holdSlot(options: HoldOptions): Promise<SlotHold> {
  const { care, runtimeFolder, runId, station, slotId, pid } = options;
  const ready = await care.ready(station);
  const slot = ready.slot(slotId);
  const lock = await lockSlot({ runtimeFolder, station: station.name, slot: slot.id }, runId);
  const guarded = { guard: ready.guard, gpio: ready.gpio, station: station.name, slot };
  try {
    await guarded.guard.addProcess(pid);
    await watchSlot(guarded);
    const images = await ready.images(slot);
    let isHeld = true;
    return {
      slot,
      gpio: ready.gpio,
      images,
      switchOff: async () => (isHeld ? switchOff(guarded, 'keep') : []),
      async release({ lamps }) {
        isHeld = false;
        try {
          const lines = await switchOff(guarded, lamps);
          const off = lines.every(({ state }) => state === 'inactive');
          if (off) await unwatchSlot(guarded).catch(() => undefined);
          return lines;
        } finally {
          await guarded.guard.removeProcess(pid).catch(() => undefined);
          await lock.release();
        }
      },
    };
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}
