import { pause } from '../../core/deadline.js';
import type { Link } from './link.js';

/** EN is held low for so long, as esptool does (reset.py). */
const holdMs = 100;
/** A capacitor at EN lets the chip sample its strap late: with 10 kΩ and 10 µF about 140 ms after EN was let go. */
const strapMs = 250;

/**
 * Resets a board into its loader through the usual circuit of two transistors: EN is low while RTS is asserted and DTR is not, the boot strap
 * is low while DTR is asserted and RTS is not. Both lines change in one call, so that no state between pulls the wrong pin.
 */
export async function resetIntoLoader(link: Link, signal: AbortSignal): Promise<void> {
  try {
    await link.setLines({ dtr: false, rts: true });
    await pause(holdMs, signal);
    await link.setLines({ dtr: true, rts: false });
    await pause(strapMs, signal);
  } finally {
    await release(link);
  }
}

/** Resets a board into its firmware through the same circuit. */
export async function resetIntoFirmware(link: Link, signal?: AbortSignal): Promise<void> {
  try {
    await link.setLines({ dtr: false, rts: true });
    await pause(holdMs, signal);
  } finally {
    await release(link);
  }
}

/** Neither pin is pulled. A port that has gone has let go of both. */
async function release(link: Link): Promise<void> {
  if (!link.lost.aborted) await link.setLines({ dtr: false, rts: false });
}
