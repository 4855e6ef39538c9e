import type { DeviceIdentity } from '../../core/record.js';
import type { SlotPower } from '../../gpio/power.js';
import type { Slot } from '../../rigs/types.js';
import { openSlotDriver } from './open-driver.js';

/** Asks the loader of the board in a slot who it is, by the board's own driver; `path` in place of the slot's port. Throws what the driver throws. The board stays powered. */
export async function probeBoard(
  slot: Slot,
  power: Pick<SlotPower, 'on' | 'enterLoader'>,
  { signal, path }: { signal: AbortSignal; path?: string },
): Promise<DeviceIdentity> {
  const { board, serial } = slot;
  const there = serial && path !== undefined ? { ...slot, serial: { ...serial, path } } : slot;
  const driver = await openSlotDriver(board.flash.driver, there, {
    baudRate: board.flash.baudRate,
    enterLoader: (stop) =>
      serial?.autoReset || serial === undefined
        ? power.on({ signal: stop })
        : power.enterLoader({ signal: stop }),
  });
  try {
    return await driver.probe({ signal });
  } finally {
    await driver.close();
  }
}
