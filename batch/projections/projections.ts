import { dirname, join, relative } from 'node:path';
import { RigError } from '../../core/errors.js';
import { replaceFile } from '../../core/files.js';
import { batchReportName } from '../../reports/batch-report.js';
import { csvLines, resultColumns, resultRow } from '../../reports/batch-results.js';
import { createFactoryRecords, type FactoryRecords } from '../../reports/factory-records.js';
import { leftBoardRow, leftBoards } from '../../reports/left-boards.js';
import { reportText } from '../../reports/report-text.js';
import { reworkColumns, reworkRow, unitsForRework } from '../../reports/rework.js';
import { summaryText } from '../../reports/summary.js';
import { unitsOf, withRecords, type StoredRecord, type Unit } from '../../reports/units.js';
import { openAtomicWriter, type AtomicWriter } from './atomic-writer.js';
import { factoryPath, writeFactoryRecords } from './factory-files.js';
import { openRecords, type JournalAttempt, type JournalRecords } from './journal-attempts.js';
import { journalName, readRunData, type JournalData } from './run-data.js';

/** Absolute paths of what was written. */
export interface ProjectionFiles {
  results: string;
  report: string;
  rework: string;
  summary: string;
  /** One a day on which an attempt ended. */
  factoryRecords: string[];
}

/** So many units are written before what waits is drained and others get their turn. */
const unitsAtOnce = 32;

/**
 * Makes every report of a results folder from its journal alone; doing it again makes the same files. The journal is read twice: to prove it and to
 * count, then record by record, so that 100,000 units need no more memory than what is counted of them. Each file is replaced in one step. Throws
 * JOURNAL_CORRUPT before anything is replaced, REPORT_FAILED when there is no run in it or the day's factory records cannot be added to.
 */
export async function writeProjections(resultsFolder: string): Promise<ProjectionFiles> {
  const data = await readRunData(resultsFolder);
  if (data.runs.length === 0)
    throw new RigError('REPORT_FAILED', `the journal in ${resultsFolder} holds no run`);
  const stations = data.runs.flatMap(({ header }) => header.stations);
  const attempts = data.ofBatch ? data.attempts.filter(({ proof }) => proof !== 'rig') : data.attempts;
  const units = unitsOf({ stations, attempts });
  const left = leftBoards(data.attempts);
  const records = await openRecords(join(resultsFolder, journalName));
  try {
    const factory = createFactoryRecords();
    const written = await writeTables({ resultsFolder, data, units, left, records, factory });
    const days = factory.days();
    const files: ProjectionFiles = {
      ...written,
      summary: join(resultsFolder, 'summary.txt'),
      factoryRecords: days.map((day) => factoryPath(dirname(resultsFolder), day)),
    };
    const listed = [files.results, files.report, files.rework, ...files.factoryRecords];
    const named = listed.map((file) => relative(resultsFolder, file));
    const summary = summaryText({
      data,
      units,
      left,
      whole: (some) => wholeUnits(records, some),
      files: named,
    });
    await replaceFile(files.summary, summary);
    const runId = data.runs.at(-1)?.header.runId ?? '';
    if (days.length > 0) await writeFactoryRecords(dirname(resultsFolder), factory, runId);
    return files;
  } finally {
    await records.close();
  }
}

interface TablesOptions {
  resultsFolder: string;
  data: JournalData;
  units: readonly Unit<JournalAttempt>[];
  left: readonly Unit<JournalAttempt>[];
  records: JournalRecords;
  factory: FactoryRecords;
}

/** Everything that has a row or a line a unit, in one go over the units. */
async function writeTables({ resultsFolder, data, units, left, records, factory }: TablesOptions) {
  const writers: AtomicWriter[] = [];
  const begin = async (name: string) => {
    const writer = await openAtomicWriter(join(resultsFolder, name));
    writers.push(writer);
    return writer;
  };
  const drain = async () => {
    for (const writer of writers) if (writer.isFull()) await writer.drain();
  };
  try {
    const results = await begin('batch_results.csv');
    const report = await begin(batchReportName(data));
    const rework = await begin('rework.csv');
    const text = reportText();
    report.add(text.begin(data, units));
    rework.add(csvLines([reworkColumns]));
    for (const group of groupsOf(unitsForRework(units))) {
      const failed = wholeUnits(records, group);
      rework.add(csvLines(failed.map((unit) => reworkRow(unit))));
      for (const unit of failed) report.add(text.failed(unit));
      await drain();
    }
    for (const group of groupsOf(left)) rework.add(csvLines(wholeUnits(records, group).map(leftBoardRow)));
    report.add(text.between());
    results.add(csvLines([resultColumns]));
    for (const group of groupsOf(units)) {
      const some = wholeUnits(records, group);
      results.add(csvLines(some.map(resultRow)));
      for (const unit of some) {
        report.add(text.unit(unit));
        factory.add(unit);
      }
      await drain();
    }
    report.add(text.end(data));
    for (const writer of writers) await writer.commit();
    return { results: results.path, report: report.path, rework: rework.path };
  } finally {
    for (const writer of writers) await writer.discard();
  }
}

function wholeUnits(records: JournalRecords, units: readonly Unit<JournalAttempt>[]): Unit<StoredRecord>[] {
  records.load(units.flatMap(({ attempts }) => attempts));
  return units.map((unit) => withRecords(unit, (attempt) => records.read(attempt)));
}

function* groupsOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += unitsAtOnce) yield items.slice(from, from + unitsAtOnce);
}
