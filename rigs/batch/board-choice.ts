import { suggestion } from '../../core/nearest-name.js';
import { chipFlashes } from '../../firmware/chip-flash.js';
import type { CheckedFile } from '../checked-file.js';
import type { BoardFile } from '../rig-files.js';
import type { RigLibrary } from '../rig-library.js';
import type { Place } from './draft.js';

/** Every board of the rig that is called so, or that has that chip; undefined for a name that is neither. */
export async function boardsOfKind(
  kind: string,
  library: RigLibrary,
): Promise<CheckedFile<BoardFile>[] | undefined> {
  const named = library.boards.find((name) => name.toLowerCase() === kind.toLowerCase());
  const all = (await Promise.all(library.boards.map((name) => library.board(name)))).filter(
    (board) => board !== undefined,
  );
  if (named !== undefined) return all.filter(({ name }) => name === named);
  const chip = chipNamed(kind);
  const fitting = all.filter(({ values }) => values.chip === (chip ?? kind.toLowerCase()));
  return chip === undefined && fitting.length === 0 ? undefined : fitting;
}

/** The chip family that a name stands for: `ESP32-S3` is `esp32s3`. */
export function chipNamed(kind: string): string | undefined {
  const plain = kind.toLowerCase().replace(/[^a-z0-9]/g, '');
  return chipFlashes.find(({ chip }) => chip === plain)?.chip;
}

/** The one board that can stand at a place, or why there is not exactly one. */
export function boardAt(
  place: Place,
  kind: string,
  boards: readonly CheckedFile<BoardFile>[],
): CheckedFile<BoardFile> | string {
  const fitting = boards.filter((board) => reaches(place, board));
  const [board, ...others] = fitting;
  const way = wayOf(place);
  if (board === undefined) {
    const there =
      boards.length === 0
        ? `no board file of the rig has the chip ${kind}`
        : `${boards.map(({ name }) => name).join(', ')} cannot be written over ${way}`;
    return `${there}; write a board file for it (docs/rig-files.md), with a driver that works over ${way}`;
  }
  if (others.length === 0) return board;
  return `${fitting.map(({ name }) => name).join(' and ')} have the chip ${kind}; write the name of the board in its place`;
}

/** What a user is told of a kind of board that the rig does not know. */
export function unknownKind(kind: string, library: RigLibrary, chips: readonly string[]): string {
  return `is "${kind}", which is neither a chip nor a board of the rig; ${suggestion(kind, [...new Set([...chips, ...library.boards])])}`;
}

function reaches(place: Place, { values }: CheckedFile<BoardFile>): boolean {
  const { driver } = values.flash ?? {};
  const isOverTheAir = driver === 'ota-http' || driver === 'espota';
  if ('network' in place) return isOverTheAir;
  if ('bootDrive' in place) return driver === 'uf2';
  return !isOverTheAir && driver !== 'uf2';
}

function wayOf(place: Place): string {
  if ('network' in place) return 'the network';
  return 'bootDrive' in place ? 'a boot drive' : 'a serial port';
}
