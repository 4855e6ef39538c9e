import { pause } from '../../core/deadline.js';
import { faultOf } from '../board-faults.js';
import { timings } from '../timings.js';
import { untilAborted } from '../until-aborted.js';
import type { NetworkDevice } from './device.js';

/** Lets an update take as long as flash does, and stops it for good where the device hangs. */
export interface FlashPace {
  wrote(sizeBytes: number): Promise<void>;
}

export function createFlashPace(device: NetworkDevice, announcedBytes: number): FlashPace {
  const hang = faultOf(device.faults, 'hang');
  const hangAt = hang && (announcedBytes * hang.percent) / 100;
  const startedAt = performance.now();
  let taken = 0;
  return {
    async wrote(sizeBytes) {
      taken += sizeBytes;
      if (hangAt !== undefined && taken >= hangAt) {
        device.hang();
        return untilAborted(device.signal);
      }
      const aheadMs = startedAt + (taken / 1024) * timings.updatePerKiB - performance.now();
      if (aheadMs > 1) await pause(aheadMs, device.signal);
    },
  };
}
