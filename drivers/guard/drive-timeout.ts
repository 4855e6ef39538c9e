import type { OutputAddress } from '../../gpio/output.js';

/** A GPIO line that has not followed for this long is taken for lost, so that it cannot hold up the next try. */
const lineMs = 500;
/** uhubctl is given 4 s; its start and what is asked after a failure come on top. */
const hubPortMs = 6000;
/** Of a relay that may follow late, beside its requests. */
const relayMs = 1500;

/** How long an output may take to be opened, written and read back before it is taken for lost, in ms. */
export function driveTimeoutMs(address: OutputAddress): number {
  if ('chip' in address) return lineMs;
  if ('hub' in address) return hubPortMs;
  // Asked when it is opened, told, and asked again.
  return relayMs + 3 * address.http.timeoutMs;
}
