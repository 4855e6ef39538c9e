import { RigError } from '../core/errors.js';
import { parseSwaps, type BenchBoard, type BenchSwaps } from '../rigs/bench-swaps.js';
import type { Station } from '../rigs/types.js';
import { formatColumns } from './columns.js';
import { askBench, findAnyBench, type BenchPlaces } from './running-bench.js';

/**
 * `rig bench <station> --swap slot3`: takes the board out of a slot of the bench that runs and puts a new one in; `slot3=out` leaves the nest empty, `slot3=in`
 * fills it. Throws CONFIG_INVALID for what the station does not have or nobody could swap, BENCH_FAILED when no bench runs.
 */
export async function swapBench(
  station: Pick<Station, 'name' | 'slots'>,
  swaps: readonly string[],
  places: BenchPlaces,
): Promise<BenchBoard[]> {
  // All are understood before the first board moves.
  const plans = swaps.map((text) => planOf(text, station));
  const { socketPath } = await findAnyBench(station.name, places);
  const moved: BenchBoard[] = [];
  for (const plan of plans) moved.push(await askBench<BenchBoard>(socketPath, 'slot.swap', plan));
  return moved;
}

/** What a person reads of boards that were moved. */
export function swapText(moved: readonly BenchBoard[]): string {
  return moved.map((board) => `${board.slot}: ${nameOf(board)} is ${board.isIn ? 'in' : 'out'}\n`).join('');
}

/** `rig bench <station> --boards`: every board that the bench has made, and what its flash holds. Throws BENCH_FAILED when there is no bench. */
export async function benchBoards(
  station: Pick<Station, 'name'>,
  places: BenchPlaces,
): Promise<BenchBoard[]> {
  const { socketPath } = await findAnyBench(station.name, places);
  return askBench<BenchBoard[]>(socketPath, 'boards');
}

/** What a person reads of boards. */
export function boardsText(boards: readonly BenchBoard[]): string {
  const rows = boards.map(({ slot, count, unit, mac, version, isTouched, isIn }) => [
    slot,
    String(count),
    String(unit),
    mac,
    version ?? '-',
    isTouched ? 'written' : 'as it came',
    isIn ? 'in' : 'out',
  ]);
  return formatColumns(['slot', 'count', 'unit', 'MAC', 'version', 'flash', 'nest'], rows);
}

/** `--swaps 300` of a bench that starts. Throws CONFIG_INVALID, also for a station without a nest. */
export function swapsOf(text: string, { name, slots }: Pick<Station, 'name' | 'slots'>): BenchSwaps {
  if (slots.every(({ network }) => network !== undefined)) {
    throw new RigError(
      'CONFIG_INVALID',
      `--swaps: ${name} has devices on the network only; they keep their addresses and are in no nest`,
    );
  }
  return parseSwaps(text, '--swaps');
}

function planOf(
  text: string,
  { name, slots }: Pick<Station, 'name' | 'slots'>,
): { slot: string; only?: 'in' | 'out' } {
  const { slot = '', only } = /^(?<slot>[^=]*)(?:=(?<only>.*))?$/.exec(text)?.groups ?? {};
  const refuse = (why: string) => new RigError('CONFIG_INVALID', `--swap ${text}: ${why}`);
  if (!slots.some(({ id }) => id === slot)) {
    throw refuse(`${name} has no such slot; it has ${slots.map(({ id }) => id).join(', ')}`);
  }
  if (only === undefined) return { slot };
  if (only !== 'in' && only !== 'out') throw refuse('a board can go in or out');
  return { slot, only };
}

function nameOf({ count, mac }: BenchBoard): string {
  return `board ${count} (${mac})`;
}
