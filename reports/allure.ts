import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { catalogue, type ErrorCode } from '../core/error-catalogue.js';
import { codeOf, type Blame } from '../core/errors.js';
import type { AttemptRecord } from '../core/record.js';
import { oneLine } from './text.js';

/** The run as Allure needs to know it. */
export interface AllureRun {
  runId: string;
  /** Absolute path. */
  resultsFolder: string;
  stations: readonly { name: string }[];
}

/** Name of the folder, in the results folder of a run, that the Allure results are in. */
export const allureResultsName = 'allure-results';

const blameTitles: Record<Blame, string> = {
  dut: 'The board is bad',
  rig: 'The station is bad',
  operator: 'Stopped by the operator',
  config: 'A file is wrong',
};

/** What Allure needs to tell one blame from another; `groupBy` lists the codes below each. */
export function allureCategories() {
  return Object.entries(blameTitles).map(([blame, name]) => ({
    name,
    matchers: [{ labels: { blame } }],
    groupBy: [{ label: 'code' }],
    groupByMessage: false,
    expand: true,
  }));
}

/** Options of `allure-playwright` for `playwright.config.ts`. */
export function allureReporterOptions({ runId, resultsFolder, stations }: AllureRun) {
  return {
    resultsDir: join(resultsFolder, allureResultsName),
    environmentInfo: {
      run: runId,
      stations: stations.map(({ name }) => name).join(', '),
      platform: `${process.platform} ${process.arch}`,
    },
    categories: Object.entries(blameTitles).map(([blame, name]) => ({
      name,
      messageRegex: messageOf(blame),
    })),
    listeners: [{ beforeTestResultWrite: labelBlame }],
  };
}

/**
 * Puts the unit's record into the Allure result of the test that is running: station, slot, MAC, release and batch as parameters,
 * blame and code as labels, the measurements as a table, the console log. Called in the tear-down of a fixture.
 */
export async function describeUnit(record: AttemptRecord, consoleLogPath: string): Promise<void> {
  const allure = await import('allure-js-commons');
  const { station, slot, failure, release, measurements } = record;
  const unit = record.device?.mac ?? 'not identified';
  await allure.displayName(`${slot} · ${unit} · ${record.programme}`);
  const labels = { station, slot, programme: record.programme, blame: failure?.blame, code: failure?.code };
  for (const [name, value] of Object.entries(labels)) if (value) await allure.label(name, value);
  const parameters = {
    station,
    slot,
    release: `${release.name} (${release.sha256.slice(0, 12)})`,
    batch: record.batch,
  };
  for (const [name, value] of Object.entries(parameters)) await allure.parameter(name, value);
  // A retest is the same test for Allure: what may differ from attempt to attempt must not make it another one.
  await allure.parameter('MAC', record.device?.mac ?? 'unknown', { excluded: true });
  await allure.parameter('attempt', String(record.attempt), { excluded: true });
  await allure.description(describeResult(record));
  if (measurements.length > 0) {
    const { measurementsCsv, measurementsHtml } = await import('./measurement-table.js');
    await allure.attachment('measurements', measurementsHtml(measurements), 'text/html');
    await allure.attachment('measurements (CSV)', measurementsCsv(measurements), 'text/csv');
  }
  if (await exists(consoleLogPath)) {
    await allure.attachmentPath('console', consoleLogPath, {
      contentType: 'text/plain',
      fileExtension: 'log',
    });
  }
}

interface Result {
  status?: string | undefined;
  statusDetails: { message?: string };
  labels: { name: string; value: string }[];
}

/**
 * A thrown error alone would count against the board: `broken` is Allure's word for a test that says nothing of it. Tests that
 * ended before they had a record are labelled by the code in their message.
 */
function labelBlame(result: Result): void {
  const code = codeOf(stripVTControlCharacters(result.statusDetails.message ?? ''));
  if (code && !result.labels.some(({ name }) => name === 'blame')) {
    result.labels.push({ name: 'blame', value: catalogue[code].blame }, { name: 'code', value: code });
  }
  const blame = result.labels.find(({ name }) => name === 'blame')?.value;
  if (blame !== undefined && blame !== 'dut') result.status = 'broken';
}

function describeResult(record: AttemptRecord): string {
  const { failure, device, flash, bootedVersion } = record;
  const lines = [];
  if (failure) lines.push(`**${failure.code}** in ${failure.step || 'no step'}: ${oneLine(failure.message)}`);
  if (failure && failure.code in catalogue)
    lines.push(`To do: ${catalogue[failure.code as ErrorCode].remedy}`);
  if (device)
    lines.push(`${device.description}, flash ${device.flashSizeBytes / 1024 ** 2} MiB (${device.flashId})`);
  if (flash)
    lines.push(
      `${flash.sizeBytes} bytes in ${flash.seconds.toFixed(1)} s by ${flash.driver} at ${flash.baudRate} baud`,
    );
  if (bootedVersion) lines.push(`Booted ${bootedVersion}`);
  return lines.join('\n\n');
}

/** Matches the messages of every code with that blame: for report tools that know no labels. */
function messageOf(blame: string): string {
  const codes = Object.entries(catalogue).filter(([, entry]) => entry.blame === blame);
  return `[\\s\\S]*\\b(${codes.map(([code]) => code).join('|')}): [\\s\\S]*`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
