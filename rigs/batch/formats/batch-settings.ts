import type { CheckedFile } from '../../checked-file.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft } from '../draft.js';
import type { Said } from '../said.js';
import type { WaveSizing } from '../types.js';
import { mustBeTrue, sayer } from './shared-keys.js';

/** `batch-settings.yaml`: sizes and checkpoints, as its schema lets it through. */
export interface BatchSettingsFile {
  processing?: { batch_size?: number; checkpoint_frequency?: number; memory_threshold?: number };
  batch_processing?: {
    strategy?: 'fixed-size' | 'memory-adaptive' | 'time-based';
    /** In seconds. */
    time_interval?: number;
    max_retries?: number;
    enable_atomic_saves?: boolean;
  };
}

/** What `time-based` and `memory-adaptive` take when the file says nothing: 5 minutes, 80 %. */
const usual = { seconds: 300, memoryThreshold: 0.8 };

export function readBatchSettings(
  file: CheckedFile<BatchSettingsFile>,
  written: BatchSettingsFile,
): BatchDraft {
  const at = sayer(file);
  const { processing = {}, batch_processing: batch = {} } = written;
  const { strategy = 'fixed-size', time_interval: seconds } = batch;
  const interval = at(['batch_processing', 'time_interval'], seconds);
  const memory = at(['processing', 'memory_threshold'], processing.memory_threshold);
  const size = at(['processing', 'batch_size'], processing.batch_size);
  const everyWaves = processing.checkpoint_frequency;
  const isTimed = strategy === 'time-based';
  const checkpoints = {
    ...(everyWaves !== undefined && { everyWaves }),
    ...(isTimed && { everySeconds: Math.round(seconds ?? usual.seconds) }),
  };
  const atomic = at(['batch_processing', 'enable_atomic_saves'], batch.enable_atomic_saves);
  const waves = wavesOf(strategy, processing, seconds);
  const wavesSaid = at(['batch_processing', 'strategy'], batch.strategy) ?? size;
  return {
    ...emptyDraft(),
    ...defined({
      waves: waves && wavesSaid && { ...wavesSaid, value: waves },
      checkpoints: at(
        ['processing', 'checkpoint_frequency'],
        Object.keys(checkpoints).length > 0 ? checkpoints : undefined,
      ),
      retries: at(['batch_processing', 'max_retries'], batch.max_retries),
    }),
    notices: [
      ...idle(strategy === 'memory-adaptive' ? undefined : memory, 'memory-adaptive', strategy),
      ...idle(isTimed ? undefined : interval, 'time-based', strategy),
      ...idle(isTimed ? size : undefined, 'fixed-size and memory-adaptive', strategy),
      ...(atomic?.value === true ? [`${atomic.where}: files are always replaced as a whole`] : []),
    ],
    problems: mustBeTrue(
      atomic,
      'a file that is half written when the power fails is lost; take the key out',
    ),
  };
}

function wavesOf(
  strategy: string,
  {
    batch_size: size,
    memory_threshold: memoryThreshold = usual.memoryThreshold,
  }: NonNullable<BatchSettingsFile['processing']>,
  seconds: number = usual.seconds,
): WaveSizing | undefined {
  if (strategy === 'time-based') return { kind: 'time-based', seconds };
  if (strategy === 'memory-adaptive') return { kind: 'memory-adaptive', size: size ?? 0, memoryThreshold };
  return size === undefined ? undefined : { kind: 'fixed', size, factor: 1 };
}

function idle(value: Said<unknown> | undefined, wanted: string, strategy: string): string[] {
  return value === undefined
    ? []
    : [`${value.where}: it is for the strategy ${wanted}, and this one is ${strategy}`];
}
