import type { DeviceIdentity } from '../../core/record.js';
import { openFlashDriver } from '../../drivers/flash/open-flash-driver.js';
import type { SlotPower } from '../../gpio/power.js';
import type { Slot, SlotSerial } from '../../rigs/types.js';

/** Asks the loader of the board in a slot who it is, by the board's own driver; `path` in place of the slot's port. Throws what the driver throws. The board stays powered. */
export async function probeBoard(
  { board, serial, bootDrive, network }: Slot,
  power: Pick<SlotPower, 'on' | 'enterLoader'>,
  { signal, path }: { signal: AbortSignal; path?: string },
): Promise<DeviceIdentity> {
  const link: SlotSerial | undefined = serial && { ...serial, ...(path !== undefined && { path }) };
  const driver = await openFlashDriver(board.flash.driver, {
    ...(link && { link }),
    ...(bootDrive !== undefined && { drive: bootDrive }),
    ...(network && { network }),
    ...(board.identity?.http && { httpIdentity: board.identity.http }),
    ...(board.flash.command && { command: board.flash.command }),
    chip: board.chip,
    flashSizeBytes: board.flash.sizeBytes,
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
