import type { Measurement } from './measurement.js';
import type { DeviceIdentity } from './record.js';
import type { Outcome } from './outcome.js';

/**
 * What happens in a slot, for whoever watches the run; never the record itself. `lease`, `outcome`, `waits` and `cut` are the coordinator's own
 * words: when it grants a slot, when it has journalled an attempt, when the station waits for its operator and when it has cut the power; the others come from workers.
 */
export type RunEvent = { station: string; slot: string } & (
  | { type: 'lease'; attempt: number; /** Number of the unit in its batch. */ unit?: number }
  /** The operator has to do this before anything is energised: `close the lid`. `for` tells the whole station from one slot. */
  | { type: 'waits'; what: string; for?: 'slot' }
  /** The power of every slot of the station was cut in the middle of the attempt: `code` and the message without it. */
  | { type: 'cut'; code: string; what: string }
  | { type: 'step'; step: string; state: 'begin' | 'end'; result?: 'pass' | 'fail' }
  | { type: 'device'; device: DeviceIdentity }
  /** From here on the flash may hold anything. */
  | { type: 'touched' }
  | { type: 'progress'; doneBytes: number; totalBytes: number }
  | { type: 'measurement'; measurement: Measurement }
  | { type: 'outcome'; outcome: Outcome; code?: string; message?: string; seconds: number }
);
