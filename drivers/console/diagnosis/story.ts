import type { Proof } from './good-markers.js';
import type { Rank } from './precedence.js';
import type { BootSignature } from './signature.js';

/** A line of the log that may decide. */
export interface LineRef {
  line: string;
  number: number;
}

export interface SeenFault {
  signature: BootSignature;
  at: LineRef;
  cause?: string;
  address?: string;
}

/** One start of the board, from its first line to the next start. */
export interface Boot {
  /** Whether a ROM, bootloader or kernel announced it; a log may begin in the middle of one. */
  at?: LineRef;
  reason?: string;
  stages: readonly number[];
  /** The most that the boot before had said. */
  after: Content;
  afterWifi: boolean;
  /** The board was expected to start: the rig switched it, or the firmware had taken an update. */
  expected: boolean;
  content: Content;
  proof?: { proof: Proof; at: LineRef; means: string };
  /** Something has gone wrong, in no known way, since the proof. */
  doubted: boolean;
  complained: boolean;
  /** A script ended with an exception that nothing caught, or was not run (safe mode); the interpreter that waits after it proves nothing. */
  scriptFailed: boolean;
  handedOver: boolean;
  /** The firmware's first lines after the hand-over, each text once. */
  output: readonly LineRef[];
  joining: boolean;
  /** Lines since Wi-Fi was started. */
  wifiAge: number;
  updated: boolean;
  uptimeMs: number;
}

/** How much a boot had said: nothing, text of unknown origin, ROM and bootloader lines, or its firmware's own. */
export type Content = 'nothing' | 'text' | 'boot' | 'output';
export const contents: readonly Content[] = ['nothing', 'text', 'boot', 'output'];

/** What a log has told so far. Values are replaced, never changed, so that a shallow copy is a copy. */
export interface Story {
  boot: Boot;
  starts: number;
  /** Starts that nothing explains. */
  unexpected: number;
  lastUnexpected?: LineRef & { reason?: string };
  /** Of those, the ones right after Wi-Fi was started. */
  afterWifi: number;
  /** Of those, power-on resets of a boot that had not come to its firmware: a bouncing supply switch makes one. */
  bounces: number;
  watchdogReset?: LineRef & { reason?: string };
  faults: Partial<Record<Rank, SeenFault>>;
  /** A crash whose address may stand in the lines to come. */
  dump?: { rank: Rank; lines: number };
  download?: SeenFault;
  wifi: 'unknown' | 'connected' | { at: LineRef; reason?: number };
  last?: LineRef;
  noted: boolean;
}

/** The story before the first line. */
export function beginStory(): Story {
  const boot = newBoot({ after: 'nothing', afterWifi: false, expected: false });
  return {
    boot,
    starts: 0,
    unexpected: 0,
    afterWifi: 0,
    bounces: 0,
    faults: {},
    wifi: 'unknown',
    noted: false,
  };
}

/** A boot of which nothing has been heard. */
export function newBoot(given: Pick<Boot, 'after' | 'afterWifi' | 'expected'>): Boot {
  return {
    ...given,
    stages: [],
    content: 'nothing',
    doubted: false,
    complained: false,
    scriptFailed: false,
    handedOver: false,
    output: [],
    joining: false,
    wifiAge: Infinity,
    updated: false,
    uptimeMs: 0,
  };
}
