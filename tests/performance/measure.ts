import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRecord } from '../../core/record.js';
import { readJournal } from '../../batch/journal/journal-reader.js';
import { startBench } from '../bench-by-hand.js';
import { timed, type Timed } from './processes.js';
import type { PerformanceRig } from './rig.js';
import type { Row } from './table.js';
import { vendorScript } from './vendor.js';

const budgets = {
  flashStep: new Map([
    [1, 0.85],
    [16, 0.7],
  ]),
  wholeRun: new Map([
    [8, 1.0],
    [16, 1.0],
  ]),
  wire: new Map([
    [1, 0.97],
    [16, 0.95],
  ]),
};

/** Takes every figure for one number of slots, on one bench: vendor's script, whole run, detect run, empty run. */
export async function measure(rig: PerformanceRig): Promise<Row[]> {
  const log = join(rig.empty, '..', 'output.log');
  const bench = await startBench(rig, log);
  try {
    // Playwright keeps what it made of TypeScript files: the first run after a change makes it anew in every worker.
    // It has a bench of its own, since a run's boards are no longer in their loaders for the vendor's tool.
    await station({ ...rig, env: { ...rig.env, RIG_RUNTIME_DIR: `${rig.runtime}-warm` } }, log, ['detect']);
    const vendor = await vendorScript(bench.state, rig, log);
    const run = await station(rig, log, []);
    const records = await recordsOf(rig);
    const empty: Timed[] = [];
    const detect: Timed[] = [];
    for (let turn = 0; turn < 3; turn++) {
      empty.push(await timed('npx', ['playwright', 'test', '-c', rig.empty], { log, watchWorkers: true }));
      detect.push(await station(rig, log, ['detect']));
    }
    for (const { exitCode } of [run, ...empty, ...detect]) {
      if (exitCode !== 0) throw new Error(`a measured run ended with ${exitCode}: see ${log}`);
    }
    return rowsOf(rig, { vendor, run, records, empty, detect });
  } finally {
    await bench.stop();
  }
}

interface Figures {
  vendor: { wholeSeconds: number; eachSeconds: number[] };
  run: Timed;
  records: AttemptRecord[];
  empty: Timed[];
  detect: Timed[];
}

function rowsOf({ slots }: PerformanceRig, { vendor, run, records, empty, detect }: Figures): Row[] {
  const flashSeconds = mean(records.map((record) => span(record, ['flash'])));
  const connectedSeconds = mean(records.map((record) => span(record, ['detect', 'flash'])));
  const vendorSeconds = mean(vendor.eachSeconds);
  const wire = mean(records.map(wireShare));
  const emptySeconds = median(empty.map(({ seconds }) => seconds));
  const detectSeconds = median(detect.map(({ seconds }) => seconds));
  const emptyBytes = Math.max(...empty.map(({ workerBytes }) => workerBytes));
  return [
    {
      figure: 'flash step ÷ vendor’s esptool',
      slots,
      ratio: flashSeconds / vendorSeconds,
      ...budget(budgets.flashStep, slots),
      better: 'below',
      from: `${s(flashSeconds)} ÷ ${s(vendorSeconds)}`,
    },
    {
      figure: 'power-up, identification and flash step ÷ vendor’s esptool',
      slots,
      ratio: connectedSeconds / vendorSeconds,
      better: 'below',
      from: `${s(connectedSeconds)} ÷ ${s(vendorSeconds)}`,
    },
    {
      figure: 'whole run with all checks ÷ vendor’s script, flashing only',
      slots,
      ratio: run.seconds / vendor.wholeSeconds,
      ...budget(budgets.wholeRun, slots),
      better: 'below',
      from: `${s(run.seconds)} ÷ ${s(vendor.wholeSeconds)}`,
    },
    {
      figure: 'bytes on the wire ÷ line rate × write time',
      slots,
      ratio: wire,
      ...budget(budgets.wire, slots),
      better: 'above',
      from: `${records[0]?.flash?.wireBytes ?? 0} bytes at ${records[0]?.flash?.baudRate ?? 0} baud`,
    },
    {
      figure: 'run that flashes nothing ÷ empty Playwright run',
      slots,
      ratio: detectSeconds / emptySeconds,
      budget: 1.3,
      better: 'below',
      from: `${s(detectSeconds)} ÷ ${s(emptySeconds)}`,
    },
    {
      figure: 'memory of a worker ÷ empty worker',
      slots,
      ratio: run.workerBytes / emptyBytes,
      budget: 1.3,
      better: 'below',
      from: `${mb(run.workerBytes)} ÷ ${mb(emptyBytes)}`,
    },
  ];
}

function station(rig: PerformanceRig, log: string, words: string[]): Promise<Timed> {
  const { env } = rig;
  return timed('npx', ['playwright', 'test', `--project=${rig.station}`, ...words], {
    env,
    log,
    watchWorkers: true,
  });
}

async function recordsOf(rig: PerformanceRig): Promise<AttemptRecord[]> {
  const latest = await realpath(join(rig.results, 'latest'));
  const records: AttemptRecord[] = [];
  for await (const entry of readJournal(join(latest, 'journal.jsonl'))) {
    if (entry.type === 'attempt') records.push(entry.data);
  }
  if (records.length !== rig.slots)
    throw new Error(`${records.length} records for ${rig.slots} slots in ${latest}`);
  return records;
}

/** Seconds from the start of the first of these steps to the end of the last. */
function span(record: AttemptRecord, names: string[]): number {
  const steps = record.steps.filter((step) => names.includes(step.name));
  const starts = steps.map((step) => Date.parse(step.startedAt));
  const ends = steps.map((step) => Date.parse(step.endedAt));
  return (Math.max(...ends) - Math.min(...starts)) / 1000;
}

function wireShare({ flash, slot }: AttemptRecord): number {
  if (flash === undefined) throw new Error(`${slot} was not flashed`);
  return (flash.wireBytes * 10) / (flash.baudRate * flash.writeSeconds);
}

function budget(of: ReadonlyMap<number, number>, slots: number): { budget?: number } {
  const found = of.get(slots);
  return found === undefined ? {} : { budget: found };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const s = (seconds: number) => `${seconds.toFixed(2)} s`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
