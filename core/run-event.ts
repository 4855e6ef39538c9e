import type { Measurement } from './measurement.js';
import type { DeviceIdentity } from './record.js';
import type { Outcome } from './outcome.js';

/**
 * What happens in a slot, for whoever watches the run; never the record itself. `lease` and `outcome` are the coordinator's own
 * words, made when it grants a slot and when it has journalled an attempt; the others come from workers.
 */
export type RunEvent = { station: string; slot: string } & (
  | { type: 'lease'; attempt: number }
  | { type: 'step'; step: string; state: 'begin' | 'end'; result?: 'pass' | 'fail' }
  | { type: 'device'; device: DeviceIdentity }
  /** From here on the flash may hold anything. */
  | { type: 'touched' }
  | { type: 'progress'; doneBytes: number; totalBytes: number }
  | { type: 'measurement'; measurement: Measurement }
  | { type: 'outcome'; outcome: Outcome; code?: string; message?: string; seconds: number }
);
