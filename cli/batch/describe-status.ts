import type { BatchStatus } from '../../batch/order/batch-status.js';

const states: Record<BatchStatus['state'], string> = {
  created: 'made, not started',
  running: 'running',
  paused: 'paused',
  cancelled: 'cancelled',
  died: 'DIED: `rig batch resume` goes on with it',
  stopped: 'stopped by a gate',
  complete: 'complete',
};
