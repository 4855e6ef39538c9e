import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../problem.js';
import { defined } from './defined.js';
import { emptyDraft, type BatchDraft, type Firmware } from './draft.js';
import { flagProblems } from './flag-problems.js';
import { flagPatches } from './flag-patches.js';
import type { BatchFlags } from './flags.js';
import { placesOfFlags } from './flag-places.js';
import { saidByFlag } from './said.js';
import type { WaveSizing } from './types.js';

/** What the command line says, as a file would say it. `files` is what the files say, which some flags change only in part. */
export function readFlags(flags: BatchFlags, files: BatchDraft): BatchDraft {
  const { station, devices = [], batchMode, batchStrategy } = flags;
  const order =
    batchStrategy === 'sequential' || batchStrategy === 'gradual' || batchStrategy === 'parallel'
      ? batchStrategy
      : undefined;
  const [only] = devices;
  const isCount = devices.length === 1 && /^\d+$/.test(only ?? '');
  const places = devices.length === 0 || isCount ? undefined : placesOfFlags(devices);
  const sequential = batchMode === 'sequential' || order === 'sequential';
  const waves = wavesOf(flags, files);
  const problems: Problem[] = [...flagProblems(flags, files), ...(places?.problems ?? [])];
  const { firmware } = flags;
  return {
    ...emptyDraft(),
    ...defined({
      id: saidByFlag('--id', flags.id),
      stations: station?.flatMap((name) => saidByFlag('--station', name) ?? []),
      count: saidByFlag('--devices', isCount ? Number(only) : undefined),
      list: saidByFlag('--units', flags.units && resolve(flags.units)),
      places: places?.places,
      firmware: saidByFlag('--firmware', firmware === undefined ? undefined : firmwareOf(firmware)),
      protocol: saidByFlag('--protocol', flags.protocol),
      powerPin: saidByFlag('--power-cycle-pin', flags.powerCyclePin),
      strategy: saidByFlag('--batch-strategy', order) ?? saidByFlag('--batch-mode', batchMode),
      atOnce: saidByFlag('--parallel-jobs', flags.parallelJobs),
      waves: saidByFlag(flags.batchSize === undefined ? '--batch-strategy' : '--batch-size', waves),
      testMode: saidByFlag('--test-mode', flags.testMode),
      range: saidByFlag('--range', flags.range),
      log: saidByFlag(
        '--log-file',
        flags.logFile === undefined ? undefined : { file: resolve(flags.logFile) },
      ),
    }),
    ...flagPatches(flags),
    ...(sequential &&
      files.atOnce !== undefined &&
      flags.parallelJobs === undefined && {
        notices: [
          `${files.atOnce.where}: gives way to ${batchMode === 'sequential' ? '--batch-mode' : '--batch-strategy'} sequential`,
        ],
      }),
    problems,
  };
}

/** `demo-1.2.0` is a release of the rig; a path, or a name that a file has, is an image. */
function firmwareOf(written: string): Firmware {
  const release = /(?:^|\/)releases\/([^/]+)\.yaml$/.exec(written)?.[1];
  if (release !== undefined) return { release };
  const isFile = written.includes('/') || /\.(bin|hex|uf2|elf|img)$/i.test(written) || existsSync(written);
  return isFile ? { path: resolve(written) } : { release: written };
}

const usual = { seconds: 300, memoryThreshold: 0.8 };

/** A strategy of sizing keeps the numbers that the file has for it. */
function wavesOf(
  { batchStrategy: kind, batchSize }: BatchFlags,
  { waves }: BatchDraft,
): WaveSizing | undefined {
  const before = waves?.value;
  const size = batchSize ?? (before && 'size' in before ? before.size : 0);
  if (kind === 'time-based') return before?.kind === 'time-based' ? before : { kind, seconds: usual.seconds };
  if (kind === 'memory-adaptive') {
    const memoryThreshold = before?.kind === kind ? before.memoryThreshold : usual.memoryThreshold;
    return { kind, size, memoryThreshold };
  }
  if (kind === 'fixed-size') return { kind: 'fixed', size, factor: 1 };
  if (batchSize === undefined) return undefined;
  if (before?.kind === 'memory-adaptive') return { ...before, size };
  return { kind: 'fixed', size, factor: before?.kind === 'fixed' ? before.factor : 1 };
}
