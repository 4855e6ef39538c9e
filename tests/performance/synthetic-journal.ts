import { join } from 'node:path';
import { openJournal, type Journal } from '../../batch/journal/journal.js';
import { journalName } from '../../batch/projections/run-data.js';
import type { Measurement } from '../../core/measurement.js';
import type { AttemptHeader, AttemptRecord } from '../../core/record.js';
import type { Outcome } from '../../core/outcome.js';
import { randomFrom } from '../drivers/seeded-random.js';
import { attemptStart, ended, passed, runHeader } from '../reports/records.js';

export interface SyntheticOptions {
  units: number;
  seed: number;
  /** The last so many units are left untouched; none unless told. */
  untouched?: number;
}

const slots = 8;
const waveUnits = 1000;
const failureShare = 0.04;
const appendsAtOnce = 2000;
const startMs = Date.UTC(2026, 2, 4, 6);

/**
 * Writes a batch's journal as a station of eight slots with swaps would: per attempt a start, a device and a record of the size that a whole provisioning
 * has. 4 % of the attempts fail, and are made again once. Always the same for a seed, but for the times of the lines. Returns the folder.
 */
export async function syntheticJournal(folder: string, options: SyntheticOptions): Promise<string> {
  const journal = await openJournal(join(folder, journalName), { runId: 'run1' });
  try {
    await write(journal, options);
  } finally {
    await journal.close();
  }
  return folder;
}

async function write(journal: Journal, { units, seed, untouched = 0 }: SyntheticOptions): Promise<void> {
  const random = randomFrom(seed);
  let waiting: Promise<unknown>[] = [];
  const append: Journal['append'] = (type, data) => {
    const written = journal.append(type, data);
    waiting.push(written);
    return written;
  };
  const settle = async () => {
    await Promise.all(waiting);
    waiting = [];
  };
  const counts: Record<Outcome, number> = { pass: 0, fail: 0, error: 0, aborted: 0, skipped: 0 };
  const lasting = { id: 'lot-7', strategy: 'gradual' as const, programme: 'provision', units };
  const inputs = { 'batch lot-7': 'cd'.repeat(32), 'release demo-1.2.0': 'ab'.repeat(32) };
  void append('run', runHeader({ runId: 'run1', batch: 'lot-7' }));
  void append('batch', { ...lasting, inputs, changed: [], notices: [], pending: units, inHand: [] });
  let numbers: number[] = [];
  for (let unit = 1; unit <= units - untouched; unit++) {
    const wave = Math.ceil(unit / waveUnits);
    if (numbers.length === 0) void append('wave', { wave, state: 'begin' });
    numbers.push(unit);
    for (let attempt = 1; attempt <= 2; attempt++) {
      const record = attemptAt(unit, attempt, random);
      const { attemptId, device, proof, consoleLog } = record;
      void append('attempt-start', headerOf(record));
      if (device)
        void append('attempt-device', { attemptId, device, proof, ...(consoleLog && { consoleLog }) });
      void append('attempt', record);
      counts[record.outcome] += 1;
      if (record.outcome === 'pass') break;
    }
    if (numbers.length === waveUnits || unit === units - untouched) {
      const judged = { successRate: 99, verdict: 'passed' as const, rollback: false };
      void append('wave', { wave, state: 'end', units: numbers, ...judged });
      void append('checkpoint', { id: `wave-${wave}`, done: unit, units });
      numbers = [];
    }
    if (waiting.length > appendsAtOnce) await settle();
  }
  void append('safe', { lines: [] });
  const endedAt = new Date(startMs + units * 2000).toISOString();
  void append('run-end', { status: 'passed', endedAt, attempts: counts });
  await settle();
}

function attemptAt(unit: number, attempt: number, random: () => number): AttemptRecord {
  const slot = `slot${((unit - 1) % slots) + 1}`;
  const begin =
    startMs + Math.floor((unit - 1) / slots) * 15_000 + (attempt - 1) * 14_000 + Math.floor(random() * 900);
  const at = (seconds: number) => new Date(begin + seconds * 1000).toISOString();
  const mac = [0x24, 0x6f, 0x28, unit >> 16, (unit >> 8) & 255, unit & 255];
  const header: Partial<AttemptRecord> = {
    attemptId: `20260304-060000-9901/station1/${slot}/${unit}-${attempt}`,
    batch: 'lot-7',
    slot,
    attempt,
    unit,
    serial: `SN-${String(unit).padStart(7, '0')}`,
    wave: Math.ceil(unit / waveUnits),
    startedAt: at(0),
    endedAt: at(12.2),
    device: {
      chip: 'esp32',
      description: 'ESP32-D0WD-V3 (revision v3.0)',
      mac: mac.map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
      flashSizeBytes: 4 << 20,
      flashId: 'ef4016',
    },
    flashState: 'release',
    flashTries: (['probe', 'write'] as const).map((doing) => ({
      doing,
      driver: 'esptool-js',
      baudRate: 921600,
      attempt: 1,
      seconds: 0.8 + 8 * random(),
    })),
    steps: stepEnds.map(([name, from, to]) => ({
      name,
      startedAt: at(from),
      endedAt: at(to),
      result: 'pass',
    })),
    measurements: measurements(random),
    consoleLog: `console/unit${unit}-${attempt}.log`,
  };
  if (random() >= failureShare) return passed(header);
  const message = 'heap_free 150000 bytes, limits ≥ 200000';
  return ended('CHECK_LIMIT', { step: 'memory', message }, header);
}

function headerOf(record: AttemptRecord): AttemptHeader {
  const { attemptId, slot, attempt, unit, serial, wave, startedAt } = record;
  const ofBatch = { ...(unit !== undefined && { unit }), ...(wave !== undefined && { wave }) };
  return attemptStart({
    attemptId,
    batch: 'lot-7',
    slot,
    attempt,
    ...ofBatch,
    ...(serial !== undefined && { serial }),
    startedAt,
  });
}

const stepEnds = [
  ['detect', 0.2, 1.1],
  ['flash', 1.1, 9.9],
  ['boot', 9.9, 10.7],
  ['wifi', 10.7, 12],
  ['memory', 12, 12.1],
  ['sensor', 12.1, 12.2],
] as const;

/** Name, unit, step, middle and spread of a value, lower and upper limit. */
const kinds = [
  ['inrush_amps', 'A', 'detect', 0.045, 0.01, undefined, 1],
  ['steady_amps', 'A', 'detect', 0.045, 0.01, undefined, 0.4],
  ['flash_energy', 'J', 'flash', 1.95, 0.2, undefined, 20],
  ['flash_peak_amps', 'A', 'flash', 0.045, 0.01, undefined, undefined],
  ['inrush_amps', 'A', 'boot', 0.04, 0.01, undefined, 1],
  ['steady_amps', 'A', 'boot', 0.045, 0.01, undefined, 0.4],
  ['rail_volts', 'V', 'boot', 5, 0.05, 4.75, undefined],
  ['rail_amps', 'A', 'boot', 0.045, 0.01, undefined, undefined],
  ['boot_time', 's', 'boot', 0.37, 0.05, undefined, 8],
  ['wifi_rssi', 'dBm', 'wifi', -53, 6, -70, undefined],
  ['heap_free', 'bytes', 'memory', 247_512, 900, 200_000, undefined],
  ['heap_min', 'bytes', 'memory', 231_040, 900, 180_000, undefined],
  ['psram_size', 'bytes', 'memory', 4_194_304, 0, 4_194_304, undefined],
  ['temperature', '°C', 'sensor', 24.2, 2, 15, 35],
  ['humidity', '%RH', 'sensor', 44, 4, 15, 85],
  ['supply_mv', 'mV', 'sensor', 3289, 20, 3201, 3399],
] as const;

function measurements(random: () => number): Measurement[] {
  const numbers = kinds.map(([name, unit, step, middle, spread, min, max]): Measurement => {
    const value = Number((middle + spread * (2 * random() - 1)).toPrecision(4));
    const limits = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
    return { name, value, unit, ...(Object.keys(limits).length > 0 && { limits }), result: 'pass', step };
  });
  return [
    ...numbers,
    { name: 'wifi_ip', value: '192.168.40.17', unit: '', result: 'pass', step: 'wifi' },
    { name: 'flash_test', value: 'ok', unit: '', limits: { equals: 'ok' }, result: 'pass', step: 'memory' },
  ];
}
