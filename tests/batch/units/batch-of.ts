import type { AttemptHeader, AttemptRecord } from '../../../core/record.js';
import type { Batch } from '../../../rigs/batch/types.js';
import type { Slot, Station } from '../../../rigs/types.js';

/** A batch whose slots are names only: for what decides by numbers and places. */
export function batchOf(units: number, changes: Partial<Batch> = {}, slots = 2): Batch {
  return {
    id: 'lot-7',
    programme: 'provision',
    stations: [stationOf('bench1', slots)],
    units: Array.from({ length: units }, (_, index) => ({ number: index + 1 })),
    swap: { by: 'slot', detect: 'identity', everySeconds: 1 },
    strategy: 'parallel',
    atOnce: slots,
    waves: { kind: 'fixed', size: 0, factor: 1 },
    successThreshold: 100,
    rollbackWave: false,
    retries: 0,
    gates: [],
    checkpoints: {},
    log: { level: 'info', maxBytes: 1_000_000, keep: 1, console: false },
    inputs: [],
    notices: [],
    files: [],
    ...changes,
  };
}

export function stationOf(name: string, slots: number): Station {
  const ids = Array.from({ length: slots }, (_, index) => ({ id: `slot${index + 1}` }) as Slot);
  return { name, slots: ids } as Station;
}

/** The record of an attempt at a unit of a batch. */
export function recordOf(
  unit: number,
  outcome: AttemptRecord['outcome'],
  changes: Partial<AttemptRecord> = {},
): AttemptRecord {
  const failure = { blame: 'dut', category: 'check', message: 'why', step: 'wifi' } as const;
  const code = outcome === 'fail' ? 'CHECK_LIMIT' : 'PORT_LOST';
  return {
    ...headerOf(unit),
    endedAt: '2026-01-01T00:00:09.000Z',
    outcome,
    ...(outcome === 'pass' ? {} : { failure: { ...failure, code } }),
    steps: [],
    measurements: [],
    proof: 'release',
    ...changes,
  };
}

export function headerOf(unit: number, changes: Partial<AttemptHeader> = {}): AttemptHeader {
  return {
    attemptId: `run1/bench1/slot1/${unit}`,
    runId: 'run1',
    batch: 'lot-7',
    station: 'bench1',
    slot: 'slot1',
    programme: 'provision',
    attempt: 1,
    port: '/dev/ttyUSB0',
    board: 'esp32-devkit',
    release: { name: 'demo', version: '1.2.0', sha256: '0'.repeat(64) },
    startedAt: '2026-01-01T00:00:00.000Z',
    unit,
    ...changes,
  };
}
