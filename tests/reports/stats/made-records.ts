import type { ErrorCode } from '../../../core/error-catalogue.js';
import { judge, type Limits, type Measurement } from '../../../core/measurement.js';
import type { AttemptRecord } from '../../../core/record.js';
import { ended, passed } from '../records.js';

/** A stream of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const failures: readonly (readonly [ErrorCode, string, number])[] = [
  ['FLASH_VERIFY_MISMATCH', 'flash', 0.4],
  ['BOOT_TIMEOUT', 'boot', 0.7],
  ['CHECK_LIMIT', 'memory', 0.9],
  ['PORT_LOST', 'flash', 1],
];

/**
 * Attempts at the units of a batch on 8 slots, as a line would make them: 3 % fail at first, slot3 fails four times as often and reads 8 mV more, two thirds of what failed pass
 * when they are tried again.
 */
export function* madeRecords({
  units,
  seed = 1,
}: {
  units: number;
  seed?: number;
}): Generator<AttemptRecord> {
  const random = seeded(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const beginMs = Date.parse('2026-03-04T06:00:00Z');
  for (let unit = 1; unit <= units; unit += 1) {
    const slotNumber = 1 + ((unit - 1) % 8);
    const slot = `slot${slotNumber}`;
    let atMs = beginMs + Math.floor((unit - 1) / 8) * 31_000 + slotNumber * 400;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const seconds = 20 + 2 * random();
      const bad = random() < (attempt === 1 ? (slotNumber === 3 ? 0.12 : 0.03) : 0.33);
      const [code, step] = failures.find(([, , upTo]) => random() < upTo) ?? failures[0]!;
      const at = (offset: number) => new Date(atMs + offset * 1000).toISOString();
      const flashSeconds = 8 + 0.3 * normal();
      const header = {
        runId: 'run1',
        batch: 'run1',
        slot,
        unit,
        serial: `SN${String(unit).padStart(6, '0')}`,
        attempt,
        attemptId: `run1/station1/${slot}/${unit}.${attempt}`,
        startedAt: at(0),
        endedAt: at(seconds),
        device: {
          chip: 'esp32',
          description: 'ESP32-D0WD-V3 (revision v3.0)',
          mac: `24:6f:28:${[unit >> 16, (unit >> 8) & 255, unit & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
        },
        flash: {
          ...passed({}).flash!,
          sizeBytes: 900_000,
          wireBytes: 500_000,
          writeSeconds: flashSeconds - 0.4,
          seconds: flashSeconds,
        },
        measurements: [
          measured('rail_on', 3.3 + 0.02 * normal() + (slotNumber === 3 ? 0.008 : 0), 'V', {
            min: 3.2,
            max: 3.4,
          }),
          measured('wifi_rssi', Math.round(-52 + 4 * normal()), 'dBm', { min: -70 }),
          measured('boot_seconds', 1.2 - 0.3 * Math.log(1 - random()), 's', { max: 4 }),
          measured('heap_free', Math.round(182_000 + 900 * normal()), 'bytes', { min: 40_000 }),
        ],
        steps: ['detect', 'flash', 'boot', 'memory', 'wifi'].map((name, index) => ({
          name,
          startedAt: at(index * 4),
          endedAt: at(index * 4 + 4),
          result: 'pass' as const,
        })),
      };
      if (!bad) yield passed(header);
      else {
        const until = header.steps.findIndex(({ name }) => name === step);
        const steps = header.steps.slice(0, until + 1);
        const failed = [...steps.slice(0, -1), { ...steps.at(-1)!, result: 'fail' as const }];
        yield ended(
          code,
          { step },
          { ...header, steps: failed, measurements: header.measurements.slice(0, 1) },
        );
      }
      if (!bad) break;
      atMs += (seconds + 1) * 1000;
    }
  }
}

function measured(name: string, value: number, unit: string, limits: Limits): Measurement {
  return { name, value, unit, limits, result: judge(value, limits), step: 'memory' };
}
