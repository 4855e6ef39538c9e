import type { LineReadback } from '../core/run-record.js';
import { totalSeconds, type RunData, type RunSpan } from './run-data.js';
import { batchHeading, batchText } from './batch-summary.js';
import { unitFlashText } from './flash-text.js';
import { leftBoardLine } from './left-boards.js';
import { unitsForRework } from './rework.js';
import { passedOnAttempt, tally } from './tally.js';
import { durationText, failureText, oneLine, remedyFor } from './text.js';
import type { AttemptFacts, StoredRecord, Unit } from './units.js';

/** Units of a kind that are told one by one; the others are counted, and stand in the other files. */
const toldOneByOne = 100;

/** What the summary is made from. */
export interface SummaryOptions<Attempt extends AttemptFacts> {
  data: RunData;
  units: readonly Unit<Attempt>[];
  /** Boards that were replaced by others and may be half written. */
  left: readonly Unit<AttemptFacts>[];
  /** The units with the whole records of their attempts. */
  whole: (units: readonly Unit<Attempt>[]) => Unit<StoredRecord>[];
  /** Names of the other files of the folder. */
  files: readonly string[];
}

/** `summary.txt`: what a person reads first. */
export function summaryText<Attempt extends AttemptFacts>(options: SummaryOptions<Attempt>): string {
  const { data, units, left, whole, files } = options;
  const aborted = units.filter(({ outcome, isWithdrawn }) => outcome === 'aborted' && !isWithdrawn);
  const blocks = [
    heading(data),
    counts(units),
    ...(data.ofBatch ? batchText(data.ofBatch, units) : []),
    alreadyHeld(units),
    givenBack(units),
    fitSlots(units),
    bad(unitsForRework(units), whole),
    unfinished(aborted, whole),
    setAside(left),
    power(data),
    liveRails(units),
    where(files),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function heading(data: RunData): string {
  const last = data.runs.at(-1);
  const stations = [...new Set(data.runs.flatMap(({ header }) => header.stations))].join(', ');
  const releases = [...new Set(data.runs.flatMap(({ header }) => header.releases.map(({ name }) => name)))];
  const ended = last?.end ? `ended ${last.lastAt}` : `DIED after ${last?.lastAt ?? 'its start'}`;
  return [
    ...(data.ofBatch ? [batchHeading(data.ofBatch)] : []),
    `${stations}: ${releases.join(', ')}`,
    `run ${last?.header.runId ?? ''} ${ended}, ${durationText(totalSeconds(data))}`,
  ].join('\n');
}

function counts(units: readonly Unit<AttemptFacts>[]): string {
  const count = tally(units);
  const lines = [
    [count.success_count, 'passed'],
    [count.failure_count, 'failed: the board is bad'],
    [count.error_count, 'errors: the station is bad'],
    [count.aborted_count, 'aborted'],
    [count.skipped_count, 'skipped'],
  ] as const;
  const shown = lines.filter(([number], index) => number > 0 || index === 0);
  const retested = Object.entries(passedOnAttempt(units)).filter(([attempt]) => attempt !== '1');
  const rates = `${count.success_rate} % of ${count.total_count} units; first pass ${count.first_pass_yield} %`;
  return [
    ...shown.map(([number, word]) => `${String(number).padStart(4)} ${word}`),
    ...retested.map(([attempt, number]) => `     ${number} passed on attempt ${attempt}`),
    `     ${rates}`,
  ].join('\n');
}

/** Units that were not written, so that nobody wonders where their flash time is. */
function alreadyHeld(units: readonly Unit<AttemptFacts>[]): string {
  const held = units.filter(({ last }) => last.outcome === 'pass' && last.flash?.sizeBytes === 0);
  return held.length === 0 ? '' : `${held.length} held the release already and were not written`;
}

/** Units that were withdrawn on request, so that nobody takes their pass for a provisioned board. */
function givenBack(units: readonly Unit<AttemptFacts>[]): string {
  const isBack = ({ last }: Unit<AttemptFacts>) => last.proof === 'backup' && last.outcome === 'pass';
  const back = units.filter(isBack);
  return back.length === 0 ? '' : `${back.length} hold again what they held before: not provisioned`;
}

/** A self-test is about slots: nobody shall take its pass for a provisioned board. */
function fitSlots(units: readonly Unit<AttemptFacts>[]): string {
  const fit = units.filter(({ last }) => last.proof === 'rig' && last.outcome === 'pass');
  return fit.length === 0 ? '' : `self-test: ${fit.length} slots are fit; nothing was provisioned`;
}

function bad<Attempt extends AttemptFacts>(
  units: readonly Unit<Attempt>[],
  whole: SummaryOptions<Attempt>['whole'],
): string {
  const told = whole(units.slice(0, toldOneByOne)).map(badUnit);
  return [...told, ...andMore(units, 'rework.csv')].join('\n\n');
}

/** Nobody reads ten thousand blocks. */
function andMore(units: readonly unknown[], file: string): string[] {
  const more = units.length - toldOneByOne;
  return more > 0 ? [`… and ${more} more: ${file}`] : [];
}

function badUnit({ name, station, slot, last, attempts }: Unit<StoredRecord>): string {
  const { failure } = last;
  const lines = [`${station} ${slot} · ${name} · ${failure?.code ?? last.outcome}`];
  if (failure?.step) lines.push(`  step: ${failure.step}`);
  if (failure) lines.push(`  what: ${oneLine(failure.message)}`, `  blame: ${failure.blame}`);
  const remedy = remedyFor(failure?.code ?? '');
  if (remedy) lines.push(`  do: ${remedy}`);
  const flash = unitFlashText(attempts);
  if (flash) lines.push(`  flash: ${flash}`);
  if (attempts.length > 1) lines.push(`  attempts: ${attempts.length}`);
  if (last.consoleLog) lines.push(`  log: ${last.consoleLog}`);
  return lines.join('\n');
}

/** Boards that may be half written: nobody has proved anything of them. */
function unfinished<Attempt extends AttemptFacts>(
  units: readonly Unit<Attempt>[],
  whole: SummaryOptions<Attempt>['whole'],
): string {
  if (units.length === 0) return '';
  const aborted = whole(units.slice(0, toldOneByOne));
  const lines = aborted.map(({ station, slot, name, last, attempts }) => {
    const where = last.failure?.step ? `stopped in ${last.failure.step}` : 'stopped';
    const flash = unitFlashText(attempts);
    return `  ${station} ${slot} · ${name} · ${where}${flash && `; ${flash}`}`;
  });
  const more = andMore(units, 'batch_results.csv').map((line) => `  ${line}`);
  return ['aborted, to be run again before use:', ...lines, ...more, ...whyAborted(aborted)].join('\n');
}

/** Boards that nobody would look at again, since their unit has gone on without them. */
function setAside(left: readonly Unit<AttemptFacts>[]): string {
  if (left.length === 0) return '';
  const more = andMore(left, 'rework.csv').map((line) => `  ${line}`);
  const lines = left.slice(0, toldOneByOne).map(leftBoardLine);
  return ['boards that others have replaced, to be set aside:', ...lines, ...more].join('\n');
}

/** What stopped a whole station is said once, with what to do. */
function whyAborted(aborted: readonly Unit<StoredRecord>[]): string[] {
  const reasons = new Map(
    aborted.flatMap(({ last: { failure } }) => (failure ? [[failureText(failure), failure.code]] : [])),
  );
  return [...reasons].flatMap(([why, code]) => [`  why: ${why}`, `  do: ${remedyFor(code)}`]);
}

/** The state of the outputs at the end of the last run. */
function power(data: RunData): string {
  const last = data.runs.at(-1);
  if (last?.safe === undefined) return `power: ${unknownPower(last)}`;
  const unsafe = last.safe.lines.filter(({ state }) => state !== 'inactive');
  if (last.safe.lines.length === 0) return 'power: no output was used';
  if (unsafe.length === 0) return `power: all ${last.safe.lines.length} outputs were read back as off`;
  return ['power: NOT SAFE, switch off by hand before touching a board', ...unsafe.map(unsafeLine)].join(
    '\n',
  );
}

/** An output that reads back as off does not say that its relay has opened. */
function liveRails(units: readonly Unit<AttemptFacts>[]): string {
  const lines = units.flatMap(({ station, slot, last: { failure, notOff } }) => {
    const unsafe = `power: NOT SAFE, ${station} ${slot}`;
    const isLive = failure?.code === 'RAIL_NOT_FALLEN' || notOff?.startsWith('RAIL_NOT_FALLEN:');
    if (isLive) return [`${unsafe} had voltage although its output was off`];
    return notOff === undefined ? [] : [`${unsafe} was not proved to be off: ${oneLine(notOff)}`];
  });
  return lines.join('\n');
}

function unknownPower(last: RunSpan | undefined): string {
  return last?.end
    ? 'not read back'
    : 'not read back, since the run died; its guard switches every output off, make sure before touching a board';
}

function unsafeLine({ station, slot, role, line, state, reason }: LineReadback): string {
  return `  ${station} ${slot} ${role} (${line}) ${state === 'active' ? 'is ON' : `is unknown: ${reason ?? ''}`}`;
}

function where(files: readonly string[]): string {
  return ['files:', ...files.map((file) => `  ${file}`)].join('\n');
}
