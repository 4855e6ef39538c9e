import { RigError } from '../core/errors.js';
import type { Fault } from './faults.js';

/** How the virtual operator swaps boards by itself. */
export interface BenchSwaps {
  /** So long a nest is empty between two boards, in ms. */
  emptyMs: number;
  /** So many boards come into each slot in all, the first one included; without end unless told. */
  boards?: number;
}

/** From what the bench deals faults to the boards that come into its nests later. */
export interface BenchDeal {
  seed: number;
  faults: Fault[];
}

/** A board that the bench has made, as `boards` on its socket reports it. */
export interface BenchBoard {
  slot: string;
  /** As its loader says it. */
  mac: string;
  /** The how manyeth of its slot, from 1. */
  count: number;
  /** The how manyeth of the bench, from 1: first one for each slot, then in the order in which they came in. */
  unit: number;
  /** False for one that was taken out: the rest is as it was then. */
  isIn: boolean;
  /** The version that would start; left out when its flash holds nothing that would. */
  version?: string;
  /** Somebody has erased or written its flash since the bench made it. */
  isTouched: boolean;
}

/** The words of `--swaps` and RIG_BENCH_SWAPS: `300`, or `300x7` for seven boards a slot in all. Throws CONFIG_INVALID. */
export function parseSwaps(text: string, where: string): BenchSwaps {
  const { ms, boards } = /^(?<ms>\d{1,7})(?:x(?<boards>[1-9]\d{0,5}))?$/.exec(text.trim())?.groups ?? {};
  if (ms === undefined) {
    throw new RigError(
      'CONFIG_INVALID',
      `${where}: '${text}' does not say how long a nest is empty; write milliseconds, as in 300, or 300x7 for seven boards a slot in all`,
    );
  }
  return { emptyMs: Number(ms), ...(boards !== undefined && { boards: Number(boards) }) };
}

/** What RIG_BENCH_SWAPS says to a bench that starts now; empty is nothing. Throws CONFIG_INVALID. */
export function swapsIn(env: NodeJS.ProcessEnv): { swaps?: BenchSwaps } {
  const text = env['RIG_BENCH_SWAPS']?.trim() ?? '';
  return text === '' ? {} : { swaps: parseSwaps(text, 'RIG_BENCH_SWAPS') };
}

/** Espressif's, so that any of them looks real. The first is of the boards that a bench starts with. */
const vendors = [
  ...[
    '24:6f:28',
    '24:0a:c4',
    '30:ae:a4',
    '7c:9e:bd',
    '84:cc:a8',
    '8c:aa:b5',
    '94:b9:7e',
    '98:cd:ac',
    'a4:cf:12',
  ],
  ...[
    'ac:67:b2',
    'b4:e6:2d',
    'bc:dd:c2',
    'c4:4f:33',
    'cc:50:e3',
    'd8:a0:1d',
    'dc:4f:22',
    'ec:fa:bc',
    'fc:f5:c4',
  ],
];
/** Boards that one vendor's prefix has for a slot, and slots of a station that can be swapped: what a byte holds. */
const boardsEach = 256;
const mostSwappedSlots = 255;

/**
 * The MAC of a board: one byte from the station's name, the others from the slot's index and from the count of boards of that slot, from 1. The
 * same in every run, and no other board's of the station. Throws BENCH_FAILED when there are no more.
 */
export function boardMac(station: string, index: number, count = 1): string {
  const mark = [...station].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) & 0xff, 7);
  if (count === 1) return macOf(vendors[0], [mark, (index + 1) >> 8, (index + 1) & 0xff]);
  const swapped = count - 2;
  const vendor = vendors[1 + Math.floor(swapped / boardsEach)];
  if (vendor === undefined || index >= mostSwappedSlots) {
    const most = 1 + (vendors.length - 1) * boardsEach;
    throw new RigError(
      'BENCH_FAILED',
      `the bench has no MAC for board ${count} of slot ${index + 1}: ${most} boards in each of ${mostSwappedSlots} slots is the most`,
    );
  }
  return macOf(vendor, [mark, swapped % boardsEach, index + 1]);
}

function macOf(vendor = '', tail: readonly number[]): string {
  return [vendor, ...tail.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}
