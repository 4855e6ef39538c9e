import { dirname, resolve } from 'node:path';
import type { CheckedFile } from '../../checked-file.js';
import type { ValuePath } from '../../yaml-source.js';
import type { BatchFile, GateFile, TargetFile, WavesFile } from '../batch-file.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft, type PlaceDraft } from '../draft.js';
import { patch, type Patch } from '../patched-file.js';
import { said, saidAt, type Said } from '../said.js';
import type { Gate, WaveSizing } from '../types.js';

/** Sooner, a rate says little: one bad unit would stop a batch of a thousand. */
const defaultAfterUnits = 10;

type File = CheckedFile<BatchFile>;

/** Reads a batch file of our own kind, which its schema has accepted wholly. */
export function readOwnBatch(file: File, written: BatchFile): BatchDraft {
  const at = <T>(path: ValuePath, value: T | undefined) => said(file, path, value);
  const { units = {}, log, swap, commands, override, release } = written;
  const key = <Key extends keyof BatchFile>(name: Key) =>
    at([name], written[name] as Exclude<BatchFile[Key], undefined> | undefined);
  const ifWritten = <T>(value: Said<T> | undefined, path: ValuePath) =>
    file.isWritten(path) ? value : undefined;
  const firmware = at(['release'], release === undefined ? undefined : { release });
  const waves = at(['waves'], written.waves && wavesOf(written.waves));
  const places = units.targets?.map((target, index) => placeOf(file, target, index, commands !== undefined));
  return {
    ...emptyDraft(),
    ...defined({
      id: key('batch'),
      description: key('description'),
      board: key('board'),
      firmware,
      programme: key('programme'),
      bench: key('bench'),
      count: at(['units', 'count'], units.count),
      list: at(['units', 'list'], units.list && resolve(dirname(file.file), units.list)),
      range: key('range'),
      swap: at(['swap'], swap),
      strategy: ifWritten(key('strategy'), ['strategy']),
      atOnce: key('atOnce'),
      waves,
      successThreshold: ifWritten(key('successThreshold'), ['successThreshold']),
      rollbackWave: ifWritten(key('rollbackWave'), ['rollbackWave']),
      retries: ifWritten(key('retries'), ['retries']),
      checkpoints: key('checkpoints'),
      log: at(['log'], log),
      job: at(['commands'], commands && { commands }),
    }),
    ...(written.stations && {
      stations: written.stations.flatMap((name, index) => at(['stations', index], name) ?? []),
    }),
    ...(places && { places }),
    gates: written.gates.flatMap((gate, index) => at(['gates', index], gateOf(gate)) ?? []),
    boardPatches: override ? overridePatches(file, override) : [],
    problems: unitProblems(file, units),
  };
}

function unitProblems(file: File, units: NonNullable<BatchFile['units']>): BatchDraft['problems'] {
  const keys = Object.keys(units).filter((key) => units[key as keyof typeof units] !== undefined);
  const [first, second] = keys;
  if (first === undefined || second === undefined) return [];
  return [file.problemAt(['units', second], `stands beside ${first}; keep one of the two`, 'key')];
}

function placeOf(file: File, target: TargetFile, index: number, isJob: boolean): PlaceDraft {
  const { host, port, user, passwordEnv, serial, mac } = target;
  const path = ['units', 'targets', index];
  const network = defined({
    host,
    ports: port === undefined ? undefined : { [isJob ? 'ssh' : 'http']: port },
    user,
    passwordEnv,
  });
  return {
    at: saidAt(file, [...path, 'host'], { network: { ...network, host } }),
    ...(serial !== undefined && { serial }),
    ...(mac !== undefined && { mac }),
    slotPatches: [],
    boardPatches: [],
  };
}

function wavesOf(waves: WavesFile): WaveSizing {
  if (waves.kind === 'fixed') return { ...waves, factor: waves.factor ?? 1 };
  if (waves.kind === 'memory-adaptive') return { ...waves, memoryThreshold: waves.memoryThreshold ?? 0.8 };
  return waves;
}

function gateOf(gate: GateFile): Gate {
  const judged = gate.kind === 'minSuccessRate' || gate.kind === 'maxFailureRate';
  return (judged ? { ...gate, afterUnits: gate.afterUnits ?? defaultAfterUnits } : gate) as Gate;
}

function overridePatches(file: File, override: NonNullable<BatchFile['override']>): Patch[] {
  const { backup, rollbackOnFailure, recovery = {}, thresholds = {}, deadlines = {}, readBack } = override;
  const here = ['override'];
  const names = {
    minFlashSeconds: 'min_flash_time',
    maxFlashSeconds: 'max_flash_time',
    maxVerificationSeconds: 'max_verification_time',
  };
  return [
    ...patch(['backup'], said(file, [...here, 'backup'], backup)),
    ...patch(['rollbackOnFailure'], said(file, [...here, 'rollbackOnFailure'], rollbackOnFailure)),
    ...Object.entries(recovery).flatMap(([key, value]) =>
      patch(['recovery', key], said(file, [...here, 'recovery', key], value)),
    ),
    ...Object.entries(deadlines).flatMap(([key, value]) =>
      patch(['deadlines', key], said(file, [...here, 'deadlines', key], value)),
    ),
    ...patch(['readBack'], said(file, [...here, 'readBack'], readBack)),
    ...Object.entries(names).flatMap(([key, name]) =>
      patch(
        ['thresholds', name],
        said(file, [...here, 'thresholds', key], thresholds[key as keyof typeof names]),
      ),
    ),
  ];
}
