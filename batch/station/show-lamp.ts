import { openOutputs } from '../../drivers/power/open-outputs.js';
import { openLamps } from '../../gpio/lamps.js';
import type { ReadyStation } from './station-ready.js';

/** Lights a lamp of a slot that nobody works in, and leaves it lit. Throws LINE_READBACK and LINE_LOST. */
export async function showLamp(station: ReadyStation, slot: string, state: 'pass' | 'fail'): Promise<void> {
  const backend = await openOutputs(station.gpio);
  try {
    const lamps = await openLamps(backend, station.slot(slot).lamps);
    // They were busy until now; opening has darkened them.
    await lamps.show('busy');
    await lamps.show(state);
    await lamps.close();
  } finally {
    await backend.close();
  }
}
