import type { AttemptHeader, AttemptRecord, FailureRecord } from '../../core/record.js';
import type { RunHeader } from '../../core/run-record.js';
import { catalogue, type ErrorCode } from '../../core/error-catalogue.js';
import { outcomeFor } from '../../core/outcome.js';

/** Records as tests need them: everything has a value, `with` replaces what the test is about. */
export function attemptStart(replace: Partial<AttemptHeader>): AttemptHeader {
  const { runId = 'run1', station = 'station1', slot = 'slot1', attempt = 1 } = replace;
  return {
    attemptId: `${runId}/${station}/${slot}/${attempt}`,
    runId,
    batch: runId,
    station,
    slot,
    programme: 'provision',
    attempt,
    port: '/dev/pts/4',
    board: 'esp32-devkit',
    release: { name: 'demo-1.2.0', version: '1.2.0', sha256: 'ab'.repeat(32) },
    startedAt: '2026-03-04T10:00:00.000Z',
    ...replace,
  };
}

/** An attempt that passed, 14 s long, with everything a pass has. */
export function passed(replace: Partial<AttemptRecord>): AttemptRecord {
  const header = attemptStart(replace);
  const slotNumber = Number(/\d+$/.exec(header.slot)?.[0] ?? 0);
  const mac = `24:6f:28:00:00:${slotNumber.toString(16).padStart(2, '0')}`;
  return {
    ...header,
    endedAt: '2026-03-04T10:00:14.000Z',
    outcome: 'pass',
    device: {
      chip: 'esp32',
      description: 'ESP32-D0WD-V3 (revision v3.0)',
      mac,
      flashSizeBytes: 4 << 20,
      flashId: 'ef4016',
    },
    flash: {
      driver: 'esptool-js',
      baudRate: 921600,
      sizeBytes: 900_000,
      wireBytes: 500_000,
      writeSeconds: 4 + slotNumber,
      seconds: 5 + slotNumber,
      verified: true,
      verifiedBy: 'digest',
      verifySeconds: 0.1,
      skipped: [],
    },
    bootedVersion: '1.2.0',
    steps: [step('detect', 0, 1), step('flash', 1, 8), step('boot', 8, 10), step('wifi', 10, 13)],
    measurements: [
      { name: 'wifi_rssi', value: -48, unit: 'dBm', limits: { min: -70 }, result: 'pass', step: 'wifi' },
    ],
    proof: 'release',
    consoleLog: `console/${header.slot}-${header.attempt}.log`,
    ...replace,
  };
}

/** An attempt that ended with this code in this step. */
export function ended(
  code: ErrorCode,
  failure: Partial<FailureRecord>,
  replace: Partial<AttemptRecord>,
): AttemptRecord {
  const { blame, category } = catalogue[code];
  const full: FailureRecord = { code, blame, category, message: 'it went wrong', step: 'wifi', ...failure };
  return passed({ outcome: outcomeFor(full.blame), failure: full, ...replace });
}

export function runHeader(replace: Partial<RunHeader> = {}): RunHeader {
  const { runId = 'run1' } = replace;
  return {
    runId,
    batch: runId,
    stations: ['station1'],
    releases: [{ name: 'demo-1.2.0', version: '1.2.0', sha256: 'ab'.repeat(32) }],
    versions: { rigwright: '0.1.0', node: '20.20.2' },
    pid: 4711,
    host: 'line3',
    argv: ['playwright', 'test'],
    startedAt: '2026-03-04T09:59:58.000Z',
    ...replace,
  };
}

function step(name: string, from: number, to: number) {
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 4, 10, 0, seconds)).toISOString();
  return { name, startedAt: at(from), endedAt: at(to), result: 'pass' as const };
}
