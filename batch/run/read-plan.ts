import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { access, constants, copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';
import { suggestion } from '../../core/nearest-name.js';
import { runtimeFolder } from '../../core/runtime-folder.js';
import { formatProblems, loadRig, type Problem } from '../../rigs/load-rig.js';
import type { Station } from '../../rigs/types.js';
import { batchRunOf, type BatchRun } from '../order/batch-run.js';
import { rangesText } from '../units/pending.js';
import { namesProgramme, readCommandLine, selects, type RunSelection } from './command-line.js';
import type { PlanOptions, RunPlan } from './plan-run.js';
import { playwrightFolder, publishRunContext, type RunContext, type RunStation } from './run-context.js';

/** The main process' part of `planRun`: reads the command line and every file of the run. */
export async function readPlan(options: PlanOptions): Promise<RunPlan> {
  const selection = readCommandLine(process.argv.slice(2));
  const batch = await batchRunOf(process.env).catch((thrown: unknown) => {
    throw thrown instanceof RigError ? plain(thrown) : thrown;
  });
  if (batch) return batchPlan(batch, selection.listing);
  const rig = await loadRig(resolve(options.rigs), { specs: resolve(options.specs), env: process.env });
  refuse(rig.problems, selection);
  const stations = rig.stations.filter((station) => selects(selection, station.name));
  if (stations.length === 0 && selection.projects.length > 0)
    throw plain(unknownStation(selection, rig.stations));
  const runId = newRunId(new Date());
  const specs = specNames(options.specs);
  const context: RunContext = {
    runId,
    resultsFolder: resolve(options.results, runId),
    socketPath: join(runtimeFolder('.', process.env), `${runId}.sock`),
    stations: stations.map((station) => describe(station, specs, selection)),
  };
  publishRunContext(context);
  if (!selection.listing) await checkResults(resolve(options.results));
  if (selection.lastFailed) await takeLastFailures(resolve(options.results), context.resultsFolder);
  return { context, stations, listing: selection.listing };
}

/** The run of a batch has the batch's stations, folder and units, whatever else the command line says. */
function batchPlan(run: BatchRun, listing: boolean): RunPlan {
  const { batch, folder, pending } = run;
  const runId = newRunId(new Date());
  const { id, programme, retries } = batch;
  const atOnce = Math.max(1, Math.min(batch.atOnce, pending.length));
  const context: RunContext = {
    runId,
    resultsFolder: folder,
    socketPath: join(runtimeFolder('.', process.env), `${runId}.sock`),
    stations: batch.stations.map(({ name, slots }) => {
      return { name, slots: slots.map((slot) => slot.id), programmes: [programme] };
    }),
    batch: { id, programme, retries, atOnce, units: rangesText(pending) },
  };
  publishRunContext(context);
  return { context, stations: batch.stations, batch: run, listing };
}

function unknownStation({ projects }: RunSelection, stations: readonly Station[]): RigError {
  const [written = ''] = projects;
  const remedy = suggestion(
    written,
    stations.map(({ name }) => name),
  );
  return new RigError('CONFIG_INVALID', `--project: no station is called ${written}; ${remedy}`);
}

/** Before anything is energised: a run that cannot keep its records must not begin. */
async function checkResults(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw plain(
      new RigError('DISK_WRITE_FAILED', `nothing was energised; the results folder ${folder}: ${why}`),
    );
  }
}

/** Playwright looks in its output folder, which is a new one in each run, for what failed last. */
async function takeLastFailures(results: string, resultsFolder: string): Promise<void> {
  const within = (run: string) => join(run, playwrightFolder);
  await mkdir(within(resultsFolder), { recursive: true });
  const name = '.last-run.json';
  try {
    await copyFile(join(within(join(results, 'latest')), name), join(within(resultsFolder), name));
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
  }
}

function refuse(problems: readonly Problem[], selection: RunSelection): void {
  const concerns = (problem: Problem) => problem.station === undefined || selects(selection, problem.station);
  const ours = problems.filter(concerns);
  if (ours.length > 0) throw forPlaywright(ours);
  const others = problems.filter((problem) => !concerns(problem));
  if (others.length > 0) process.stderr.write(`not part of this run:\n${formatProblems(others)}\n`);
}

function forPlaywright(problems: readonly Problem[]): Error {
  return plain(new RigError('CONFIG_INVALID', `nothing was energised\n${formatProblems(problems)}`));
}

/** Playwright prints an error of the config with its stack and its properties; a file or folder to correct needs neither. */
function plain({ message }: RigError): Error {
  return Object.assign(new Error(message), { stack: message, [inspect.custom]: () => message });
}

function describe(station: Station, specs: readonly string[], selection: RunSelection): RunStation {
  const programmes = specs.filter(
    (spec) => station.programme.includes(spec) || namesProgramme(selection, spec),
  );
  return { name: station.name, slots: station.slots.map((slot) => slot.id), programmes };
}

function specNames(folder: string): string[] {
  const suffix = '.spec.ts';
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
}

/** `20261120-093001-4f2a`, UTC: sorts by time, and two runs in one second differ. */
function newRunId(now: Date): string {
  const digits = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${digits}-${randomBytes(2).toString('hex')}`;
}
