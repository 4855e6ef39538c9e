import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { RuntimeMessage, RuntimeMetadataMessage } from 'allure-js-commons/sdk';
import { catalogue, type ErrorCode } from '../core/error-catalogue.js';
import { codeOf, type Blame } from '../core/errors.js';
import { flashLines, flashStateText } from './flash-text.js';
import { unitId, type AttemptRecord, type DeviceIdentity } from '../core/record.js';
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

type Parameter = NonNullable<RuntimeMetadataMessage['data']['parameters']>[number];

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

/** What `describeUnit` needs of Playwright's `TestInfo`. */
export interface Attacher {
  attach(name: string, options: { body?: string; path?: string; contentType?: string }): Promise<void>;
}

/** The content type by which allure-playwright knows a message to itself among a test's attachments. */
const messageType = 'application/vnd.allure.message+json';

/**
 * Puts the unit's record into the Allure result of the test that is running: station, slot, MAC, release and batch, and the unit's number, serial number and wave, as parameters,
 * blame and code as labels, the measurements as a table, the console log. Called in the tear-down of a fixture. All of it is one
 * message of allure-js-commons' own kind, without that library: loading it would cost a worker 80 ms.
 */
export async function describeUnit(
  record: AttemptRecord,
  consoleLogPath: string,
  test: Attacher,
): Promise<void> {
  const message: RuntimeMessage = { type: 'metadata', data: metadataOf(record) };
  await test.attach('Allure Metadata', { body: JSON.stringify(message), contentType: messageType });
  if (record.measurements.length > 0) {
    const { measurementsCsv, measurementsHtml } = await import('./measurement-table.js');
    await test.attach('measurements', {
      body: measurementsHtml(record.measurements),
      contentType: 'text/html',
    });
    await test.attach('measurements (CSV)', {
      body: measurementsCsv(record.measurements),
      contentType: 'text/csv',
    });
  }
  if (await exists(consoleLogPath)) {
    await test.attach('console', { path: consoleLogPath, contentType: 'text/plain' });
  }
}

function metadataOf(record: AttemptRecord): RuntimeMetadataMessage['data'] {
  const { station, slot, failure, programme } = record;
  const labels = { station, slot, programme, blame: failure?.blame, code: failure?.code };
  return {
    displayName: titleOf(record),
    description: describeResult(record),
    labels: Object.entries(labels).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
    parameters: parametersOf(record),
  };
}

/** `unit 17 · SN-0042` in a batch, else the slot. */
function titleOf(record: AttemptRecord): string {
  const id = record.serial ?? (record.device && unitId(record.device)) ?? 'not identified';
  if (record.unit !== undefined) return `unit ${record.unit} · ${id}`;
  return `${record.slot} · ${id} · ${record.programme}`;
}

/** A retest is the same test for Allure: what may differ from attempt to attempt, as the slot of a unit of a batch, must not make it another one. */
function parametersOf(record: AttemptRecord): Parameter[] {
  const { station, slot, release, batch, unit, serial, wave, attempt } = record;
  const isOfBatch = unit !== undefined;
  const shown = (name: string, value: string | number | undefined, excluded = false): Parameter[] =>
    value === undefined ? [] : [{ name, value: String(value), ...(excluded && { excluded }) }];
  return [
    ...shown('unit number', unit),
    ...shown('serial', serial),
    ...shown('wave', wave, true),
    ...shown('station', station, isOfBatch),
    ...shown('slot', slot, isOfBatch),
    ...shown('release', `${release.name} (${release.sha256.slice(0, 12)})`),
    ...shown('batch', batch),
    ...shown('unit', (record.device && unitId(record.device)) ?? 'unknown', true),
    ...shown('attempt', attempt, true),
  ];
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
  const { failure, device, bootedVersion } = record;
  const state = flashStateText(record.flashState);
  const lines = [];
  if (failure) lines.push(`**${failure.code}** in ${failure.step || 'no step'}: ${oneLine(failure.message)}`);
  if (failure && failure.code in catalogue)
    lines.push(`To do: ${catalogue[failure.code as ErrorCode].remedy}`);
  if (device) lines.push(deviceText(device));
  lines.push(...flashLines(record));
  if (failure && state) lines.push(`Flash: ${state}`);
  if (bootedVersion) lines.push(`Booted ${bootedVersion}`);
  return lines.join('\n\n');
}

function deviceText({ description, flashSizeBytes, flashId }: DeviceIdentity): string {
  if (flashSizeBytes === undefined) return description;
  return `${description}, flash ${flashSizeBytes / 1024 ** 2} MiB${flashId === undefined ? '' : ` (${flashId})`}`;
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
