import { lockSlot } from '../batch/locks.js';
import { asRigError } from '../core/errors.js';
import { loaderOfChip } from '../drivers/discover/loader-found.js';
import { probePort, type PortAnswer } from '../drivers/discover/probe-port.js';
import type { Station } from '../rigs/types.js';
import type { RunningBench } from './discover-bench.js';
import type { DiscoveredPort } from './discover.js';

/** What answered, or why the port was not opened. */
export type ProbeAnswer = PortAnswer | { answers: 'not-asked'; why: string };

export interface ProbeAllOptions {
  stations: readonly Station[];
  benches: readonly RunningBench[];
  runtimeFolder: string;
}

/** Probes all ports at the same time. That of a slot is taken from runs meanwhile; one that a run has is left alone. */
export function probeAll(ports: readonly DiscoveredPort[], options: ProbeAllOptions): Promise<ProbeAnswer[]> {
  return Promise.all(ports.map((port) => probeOne(port, options)));
}

async function probeOne(
  { device, usb, slot, bench, isKernelConsole }: DiscoveredPort,
  { stations, benches, runtimeFolder }: ProbeAllOptions,
): Promise<ProbeAnswer> {
  if (isKernelConsole) return { answers: 'not-asked', why: 'it is the console of the kernel' };
  if (!usb && !slot && !bench)
    return {
      answers: 'not-asked',
      why: 'a UART of the host that no slot names: something else may hang there',
    };
  const known = stations
    .find(({ name }) => name === slot?.station)
    ?.slots.find(({ id }) => id === slot?.slot);
  const benchPid = benches.find(({ station }) => station.name === bench)?.state.pid;
  try {
    const lock = slot && (await lockSlot({ runtimeFolder, ...slot }, `discover-${process.pid}`));
    try {
      return await probePort(device, {
        benchPid,
        expected: known && loaderOfChip(known.board.chip),
        ...(known?.serial && { baudRate: known.serial.baudRate }),
      });
    } finally {
      await lock?.release();
    }
  } catch (thrown) {
    return { answers: 'not-asked', why: asRigError(thrown).message };
  }
}
