import { batchPart } from './batch-part.js';
import { secondsBetween, totalSeconds, type RunData } from './run-data.js';
import { frequencies, groupedBy, passedOnAttempt, rounded, tally } from './tally.js';
import { remedyFor } from './text.js';
import type { AttemptFacts, StoredRecord, Unit } from './units.js';

/** Name of the JSON report: the start of the last run, UTC, so that a rebuild replaces the same file. */
export function batchReportName(data: Pick<RunData, 'runs'>): string {
  const startedAt = data.runs.at(-1)?.header.startedAt ?? '';
  const [date = '', time = ''] = startedAt.slice(0, 19).replace(/[-:]/g, '').split('T');
  return `batch_report_${date}_${time}.json`;
}

/**
 * The JSON report but for `failed_units`, `units` and, last, `journal`: what is counted over all units. Times are in s, rates in %; a figure of which
 * there is none is null.
 */
export function reportHead(data: RunData, units: readonly Unit<AttemptFacts>[]) {
  const counts = tally(units);
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
    ...(data.ofBatch && { batch: batchPart(data.ofBatch, units) }),
    summary: {
      ...counts,
      final_yield: counts.success_rate,
      passed_on_attempt: passedOnAttempt(units),
      total_time: rounded(totalSeconds(data), 3),
    },
    statistics: { ...flashTimes(units), ...errors(units) },
    stations: byStation(units),
  };
}

function flashTimes(units: readonly Unit<AttemptFacts>[]) {
  let [count, sum, fastest, slowest] = [0, 0, Infinity, -Infinity];
  for (const { attempts } of units) {
    for (const { flash } of attempts) {
      if (flash === undefined || flash.sizeBytes === 0) continue;
      count += 1;
      sum += flash.seconds;
      fastest = Math.min(fastest, flash.seconds);
      slowest = Math.max(slowest, flash.seconds);
    }
  }
  return {
    average_flash_time: count > 0 ? rounded(sum / count, 3) : null,
    fastest_flash: count > 0 ? rounded(fastest, 3) : null,
    slowest_flash: count > 0 ? rounded(slowest, 3) : null,
  };
}

/** By the last attempt of each unit: what is still wrong. */
function errors(units: readonly Unit<AttemptFacts>[]) {
  const failures = units.flatMap(({ last }) => last.failure ?? []);
  return {
    error_categories: frequencies(failures.map(({ category }) => category)),
    error_codes: frequencies(failures.map(({ code }) => code)),
  };
}

function byStation(units: readonly Unit<AttemptFacts>[]) {
  const stations = [...groupedBy(units, ({ station }) => station)].map(([station, ofStation]) => {
    const slots = [...groupedBy(ofStation, ({ slot }) => slot)].map(([slot, ofSlot]) => [
      slot,
      { ...tally(ofSlot), ...errors(ofSlot) },
    ]);
    const counts = { ...tally(ofStation), ...flashTimes(ofStation) };
    return [station, { ...counts, slots: Object.fromEntries(slots) as Record<string, unknown> }];
  });
  return Object.fromEntries(stations) as Record<string, unknown>;
}

/** A unit in `failed_units`. */
export function failedUnit(unit: Unit<StoredRecord>) {
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

/** A unit in `units`, as JSON. */
export function unitText(unit: Unit<StoredRecord>): string {
  const head = JSON.stringify(place(unit)).slice(0, -1);
  return `${head},"attempts":[${unit.attempts.map(attemptText).join(',')}]}`;
}

function place({ name, number, station, slot, programme, outcome, isWithdrawn, last }: Unit<StoredRecord>) {
  const ofBatch = number !== undefined && {
    number,
    serial: last.serial ?? '',
    wave: last.wave ?? null,
    rolled_back: isWithdrawn,
  };
  return { unit: name, ...ofBatch, station, slot, programme, outcome };
}

function attemptText(record: StoredRecord): string {
  const head = JSON.stringify(attempt(record)).slice(0, -1);
  return `${head},"measurements":${record.measurementsText},"console_log":${JSON.stringify(record.consoleLog ?? '')}}`;
}

/** But for the measurements and what comes after them. */
function attempt(record: StoredRecord) {
  return {
    attempt_id: record.attemptId,
    started_at: record.startedAt,
    ended_at: record.endedAt,
    duration: rounded(secondsBetween(record.startedAt, record.endedAt), 3),
    programme: record.programme,
    proof: record.proof,
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
  };
}

function step({ name, result, startedAt, endedAt }: StoredRecord['steps'][number]) {
  return { name, result, duration: rounded(secondsBetween(startedAt, endedAt), 3) };
}
