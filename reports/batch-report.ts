import type { AttemptRecord } from '../core/record.js';
import { secondsBetween, totalSeconds, type RunData } from './run-data.js';
import { frequencies, rounded, tally } from './tally.js';
import { remedyFor } from './text.js';
import { unitsForRework } from './rework.js';
import type { Unit } from './units.js';

/** Name of the JSON report: the start of the last run, UTC, so that a rebuild replaces the same file. */
export function batchReportName(data: RunData): string {
  const startedAt = data.runs.at(-1)?.header.startedAt ?? '';
  const [date = '', time = ''] = startedAt.slice(0, 19).replace(/[-:]/g, '').split('T');
  return `batch_report_${date}_${time}.json`;
}

/** The JSON report. Times are in s, rates in %; a figure of which there is none is null. */
export function batchReport(data: RunData, units: readonly Unit[]) {
  return {
    batch_id: data.batch,
    runs: data.runs.map(({ header, lastAt, end }) => ({
      run_id: header.runId,
      started_at: header.startedAt,
      ended_at: lastAt,
      status: end?.status ?? 'died',
      stations: header.stations,
      releases: header.releases,
      versions: header.versions,
      host: header.host,
    })),
    summary: { ...tally(units), total_time: rounded(totalSeconds(data), 3) },
    statistics: { ...flashTimes(units), ...errors(units) },
    stations: byStation(units),
    failed_units: unitsForRework(units).map(failedUnit),
    units: units.map((unit) => ({ ...place(unit), attempts: unit.attempts.map(attempt) })),
    journal: data.chain,
  };
}

function flashTimes(units: readonly Unit[]) {
  const seconds = units.flatMap(({ attempts }) =>
    attempts.flatMap(({ flash }) => (flash && flash.sizeBytes > 0 ? flash.seconds : [])),
  );
  const known = seconds.length > 0;
  const average = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  return {
    average_flash_time: known ? rounded(average, 3) : null,
    fastest_flash: known ? rounded(Math.min(...seconds), 3) : null,
    slowest_flash: known ? rounded(Math.max(...seconds), 3) : null,
  };
}

/** By the last attempt of each unit: what is still wrong. */
function errors(units: readonly Unit[]) {
  const failures = units.flatMap(({ last }) => last.failure ?? []);
  return {
    error_categories: frequencies(failures.map(({ category }) => category)),
    error_codes: frequencies(failures.map(({ code }) => code)),
  };
}

function byStation(units: readonly Unit[]) {
  return groupedBy(
    units,
    ({ station }) => station,
    (ofStation) => ({
      ...tally(ofStation),
      ...flashTimes(ofStation),
      slots: groupedBy(
        ofStation,
        ({ slot }) => slot,
        (ofSlot) => ({ ...tally(ofSlot), ...errors(ofSlot) }),
      ),
    }),
  );
}

function groupedBy<T>(units: readonly Unit[], keyOf: (unit: Unit) => string, toValue: (group: Unit[]) => T) {
  const keys = [...new Set(units.map(keyOf))];
  return Object.fromEntries(keys.map((key) => [key, toValue(units.filter((unit) => keyOf(unit) === key))]));
}

function place({ name, station, slot, programme, last }: Unit) {
  return { unit: name, station, slot, programme, outcome: last.outcome };
}

function failedUnit(unit: Unit) {
  const { failure, steps, consoleLog } = unit.last;
  return {
    ...place(unit),
    code: failure?.code ?? '',
    blame: failure?.blame ?? '',
    category: failure?.category ?? '',
    step: failure?.step ?? '',
    message: failure?.message ?? '',
    remedy: remedyFor(failure?.code ?? ''),
    attempts: unit.attempts.length,
    steps: steps.map(step),
    console_log: consoleLog ?? '',
  };
}

function attempt(record: AttemptRecord) {
  return {
    attempt_id: record.attemptId,
    started_at: record.startedAt,
    ended_at: record.endedAt,
    duration: rounded(secondsBetween(record.startedAt, record.endedAt), 3),
    outcome: record.outcome,
    error_code: record.failure?.code ?? '',
    port: record.port,
    release: record.release,
    device: record.device ?? null,
    flash_time: record.flash ? rounded(record.flash.seconds, 3) : null,
    flash: record.flash ?? null,
    flash_tries: record.flashTries ?? [],
    flash_state: record.flashState ?? '',
    backup: record.backup ?? null,
    rollback: record.rollback ?? null,
    booted_version: record.bootedVersion ?? '',
    steps: record.steps.map(step),
    measurements: record.measurements,
    console_log: record.consoleLog ?? '',
  };
}

function step({ name, result, startedAt, endedAt }: AttemptRecord['steps'][number]) {
  return { name, result, duration: rounded(secondsBetween(startedAt, endedAt), 3) };
}
