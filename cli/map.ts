import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { mapPorts, type PortMap } from '../batch/map/map-ports.js';
import type { SlotVerdict } from '../batch/map/port-verdict.js';
import { asRigError } from '../core/errors.js';
import type { Station } from '../rigs/types.js';
import { writePorts } from '../rigs/write-ports.js';
import { writtenSlots } from '../rigs/written-slots.js';
import { formatColumns } from './columns.js';
import { exitCodeFor, exitCodes, type ExitCode } from './exit-codes.js';
import { answer, jsonError } from './output.js';

/** The flags of `rig map`. */
export interface MapFlags {
  write?: boolean;
  only: string[];
  json?: boolean;
}

export interface MapStationOptions extends MapFlags {
  runtimeFolder: string;
  /** Folder of results: the logs of guard and bench go there. */
  results: string;
  signal: AbortSignal;
}

/** What `rig map --json` prints. */
export interface MapReport extends PortMap {
  station: string;
  /** The file was changed. */
  written: boolean;
  /** The file as it was. */
  backup?: string;
}

/** Maps the station, prints what was found, and writes it when that was asked for and nothing is in conflict. */
export async function mapStation(station: Station, options: MapStationOptions): Promise<ExitCode> {
  const { runtimeFolder, results, signal, only, write, json } = options;
  const resultsFolder = join(results, '.map', station.name);
  await mkdir(resultsFolder, { recursive: true });
  const slots = await writtenSlots(dirname(station.file));
  const taken = slots.flatMap(({ station: name, isVirtual, serialPath }) =>
    name === station.name || isVirtual ? [] : (serialPath ?? []),
  );
  const found = await mapPorts({
    station,
    only: only.length === 0 ? undefined : only,
    taken,
    runtimeFolder,
    resultsFolder,
    signal,
    onProgress: (slot, text) => process.stderr.write(`${slot}  ${text}\n`),
  });
  const about = { station: station.name, ...found };
  try {
    const report: MapReport = { ...about, ...(await written(station, found, write === true)) };
    answer(json, report, () => describe(report, station));
    return exitCodeOf(report);
  } catch (thrown) {
    // What was found is worth minutes at the station, and can be written by hand.
    const report: MapReport = { ...about, written: false };
    const error = asRigError(thrown);
    answer(json, { ...report, ...jsonError(error) }, () => describe(report, station));
    if (!json) process.stderr.write(`${error.message}\n`);
    return exitCodeFor(error);
  }
}

/** Good: as the file says now; not good: it does not, or that is not known; the rig failed: conflict. */
export function exitCodeOf({
  state,
  written,
  slots,
}: Pick<MapReport, 'state' | 'written' | 'slots'>): ExitCode {
  if (state === 'conflict') return exitCodes.rigFailed;
  if (state === 'proved') return exitCodes.good;
  return written && !slots.some((slot) => slot.state === 'unknown') ? exitCodes.good : exitCodes.notGood;
}

async function written(
  station: Station,
  { state, slots }: PortMap,
  wanted: boolean,
): Promise<Pick<MapReport, 'written' | 'backup'>> {
  if (!wanted || state !== 'differs') return { written: false };
  const changes = slots.flatMap(({ slot, key, found, state: each }) =>
    each === 'moved' && found !== undefined ? { slot, key, path: found } : [],
  );
  const { backup } = await writePorts(station, changes, { specs: resolve('specs'), env: process.env });
  return { written: true, backup };
}

const states: Record<SlotVerdict['state'], string> = {
  'as-written': 'as the file says',
  moved: 'differs',
  unknown: 'unknown',
  conflict: 'CONFLICT',
  'not-asked': '-',
};

function describe(report: MapReport, { file }: Station): string {
  const { slots, skipped } = report;
  const rows = slots.map(({ slot, key, written: path, found, state, why }) => [
    slot,
    key,
    states[state],
    found ?? path,
    why,
  ]);
  const lines = [
    formatColumns(['slot', 'key', 'result', 'path', 'because'], rows),
    ...skipped.map(({ path, why }) => `not listened to: ${path} ${why}\n`),
    `${conclusion(report, relative('.', file))}\n`,
  ];
  return lines.join('');
}

function conclusion({ station, state, written, backup, slots }: MapReport, file: string): string {
  const unknown = [...new Set(slots.filter((slot) => slot.state === 'unknown').map(({ slot }) => slot))];
  const open = unknown.length === 0 ? '' : `; ${unknown.join(', ')} did not answer`;
  if (state === 'conflict') return `${station} could not be mapped: nothing was written`;
  if (state === 'proved') return `${station} is wired as ${file} says`;
  if (state === 'unproved') return `nothing speaks against ${file}${open}: put a good board in and map again`;
  if (!written) return `${file} differs${open}; \`npx rig map ${station} --write\` writes what was found`;
  return `${file} is written${open}; it was ${backup === undefined ? '' : relative('.', backup)} before`;
}
