import type { AttemptRecord } from '../../../core/record.js';
import { statsCollector } from '../../../reports/stats/collector.js';
import { statistics, type Source, type Statistics } from '../../../reports/stats/statistics.js';

/** The statistics of records that never were in a file; each list is a results folder. */
export function statsOf(
  folders: readonly Iterable<AttemptRecord>[],
  { filter = {}, knownUnits = [] }: { filter?: Source['filter']; knownUnits?: string[] } = {},
): Statistics {
  const collector = statsCollector();
  for (const records of folders) {
    collector.nextFolder();
    for (const record of records) {
      collector.started(record);
      collector.attempt(record);
    }
  }
  const names = folders.map((_, index) => `run${index + 1}`);
  return statistics(collector.collected(), {
    folders: names,
    filter,
    notices: [],
    knownUnits: new Set(knownUnits),
  });
}

/** A board of its own, by number. */
export function board(number: number): Pick<AttemptRecord, 'device'> {
  const mac = `24:6f:28:01:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`;
  return { device: { chip: 'esp32', description: 'ESP32', mac } };
}

/** Start and end of an attempt, in s after 10 o'clock. */
export function during(from: number, to: number): Pick<AttemptRecord, 'startedAt' | 'endedAt'> {
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 4, 10, 0, 0) + seconds * 1000).toISOString();
  return { startedAt: at(from), endedAt: at(to) };
}
