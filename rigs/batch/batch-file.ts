import type { LogLevel } from '../../core/log-level.js';
import type { Deadlines, FlashThresholds, ReadBack, Recovery, Board } from '../types.js';
import type { Gate, JobCommand } from './types.js';

/** A batch file of our own kind as its schema lets it through, defaults filled in where a schema can. */
export interface BatchFile {
  batch: string;
  description?: string;
  stations?: string[];
  board?: string;
  release?: string;
  programme?: string;
  bench?: 'virtual';
  units?: { count?: number; list?: string; targets?: TargetFile[] };
  range?: { from: number; to: number };
  swap: SwapFile;
  strategy: 'parallel' | 'sequential' | 'gradual';
  atOnce?: number;
  waves?: WavesFile;
  successThreshold: number;
  rollbackWave: boolean;
  retries: number;
  gates: GateFile[];
  checkpoints: { everyWaves?: number; everySeconds?: number };
  log: LogFile;
  override?: OverrideFile;
  commands?: JobCommand[];
}

export interface TargetFile {
  host: string;
  port?: number;
  user?: string;
  passwordEnv?: string;
  serial?: string;
  mac?: string;
}

export interface SwapFile {
  by: 'slot' | 'panel';
  detect?: 'identity' | 'port' | 'operator' | 'none';
  everySeconds: number;
  waitSeconds?: number;
}

/** A schema fills no defaults into a choice. */
export type WavesFile =
  | { kind: 'fixed'; size: number; factor?: number }
  | { kind: 'memory-adaptive'; size: number; memoryThreshold?: number }
  | { kind: 'time-based'; seconds: number };

export type GateFile = Omit<Gate, 'afterUnits'> & { afterUnits?: number };

export interface LogFile {
  file?: string;
  level: LogLevel;
  maxBytes: number;
  keep: number;
  console: boolean;
  resultsCsv?: string;
}

export interface OverrideFile {
  backup?: Board['backup'];
  rollbackOnFailure?: boolean;
  recovery?: Partial<Omit<Recovery, 'jitter'>>;
  thresholds?: FlashThresholds;
  deadlines?: Deadlines;
  readBack?: ReadBack;
}
