import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { readJournal } from '../../batch/journal/journal-reader.js';
import type { PlaywrightEnd } from '../../batch/run/run-playwright.js';
import { journalName } from '../../batch/projections/run-data.js';
import { hasErrno } from '../../core/files.js';
import type { Outcome } from '../../core/outcome.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** What a plain run left; what `rig run --json` prints of it. */
export interface RunEndReport {
  runId: string;
  /** Its results folder. */
  folder: string;
  stations: string[];
  /** Units by the outcome of their last attempt. */
  units: Partial<Record<Outcome, number>>;
}

/** Looks into the newest results folder; undefined when that is not of this run, which then never began. */
export async function readRunEnd(
  results: string,
  { pid }: Pick<PlaywrightEnd, 'pid'>,
): Promise<RunEndReport | undefined> {
  let report: RunEndReport | undefined;
  const last = new Map<string, Outcome>();
  try {
    const folder = await realpath(join(results, 'latest'));
    for await (const { type, data } of readJournal(join(folder, journalName))) {
      if (type === 'run' && data.pid === pid)
        report = { runId: data.runId, folder, stations: data.stations, units: {} };
      if (type === 'attempt') last.set(`${data.station}/${data.slot}/${data.programme}`, data.outcome);
    }
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
  }
  if (report === undefined) return undefined;
  for (const outcome of last.values()) report.units[outcome] = (report.units[outcome] ?? 0) + 1;
  return report;
}

/** Playwright says only whether all is good; who is to blame follows from the units. */
export function plainExitCode(
  { code, signal }: Pick<PlaywrightEnd, 'code' | 'signal'>,
  units: RunEndReport['units'] | undefined,
): ExitCode {
  if (code === 0) return exitCodes.good;
  if (code === exitCodes.interrupted || signal === 'SIGINT' || signal === 'SIGTERM')
    return exitCodes.interrupted;
  if (units?.fail) return exitCodes.notGood;
  if (units === undefined || units.error) return exitCodes.rigFailed;
  return units.aborted ? exitCodes.notEnded : exitCodes.rigFailed;
}
