import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import type { CheckedFile } from './checked-file.js';
import { backupMisfit, driverMisfit, readBackMisfit } from './board-rules.js';
import { wordsOf } from './command-rules.js';
import { loaderEntry } from './loader-entry.js';
import type { Problem } from './problem.js';
import type { BoardFile, Partly, SlotFile, StationFile } from './rig-files.js';

type File = CheckedFile<StationFile>;
type Resource = 'serial' | 'bootDrive' | 'network';

/** What a driver reaches the board by. A described tool says itself what it needs, by its placeholders. */
const resourceOf: Partial<Record<FlashDriverKind, Resource>> = {
  'esptool-js': 'serial',
  esptool: 'serial',
  avrdude: 'serial',
  stm32flash: 'serial',
  uf2: 'bootDrive',
  'ota-http': 'network',
  espota: 'network',
};

const placeholders = { port: 'serial', drive: 'bootDrive', host: 'network' } as const;

/** What a slot must have for the board in it: a way to write it, to hear it, to take it into its loader, to measure it. */
export function checkSlots(file: File, boards: ReadonlyMap<string, CheckedFile<BoardFile>>): Problem[] {
  return (file.values.slots ?? []).flatMap((slot, index) => {
    const board = boards.get(slot?.board ?? file.values.board ?? '');
    if (slot === undefined || board === undefined) return [];
    const at = ['slots', index];
    // A key whose value was refused is there: one mistake is enough to report.
    const isRefused = (key: string) =>
      file.problems.some(({ path }) => path.startsWith(`slots[${index}].${key}`));
    const has = (key: Resource | 'meter') => slot[key] !== undefined || isRefused(key);
    return needsOf(slot, board)
      .filter(({ key }) => !has(key))
      .map(({ key, why }) => file.problemAt(at, `${slot.id ?? 'the slot'} has no \`${key}\`, ${why}`))
      .concat(entryProblem(file, at, slot, board), driverProblem(file, at, slot, board));
  });
}

interface Need {
  key: Resource | 'meter';
  why: string;
}

function needsOf({ driver: ofSlot }: Partly<SlotFile>, { name, values }: CheckedFile<BoardFile>): Need[] {
  const { flash, console, preflight } = values;
  const needs: Need[] = [];
  for (const driver of [ofSlot ?? flash?.driver, flash?.fallback]) {
    if (driver === undefined) continue;
    const why = `which the driver ${driver} of board ${name} needs`;
    const resource = resourceOf[driver];
    if (resource) needs.push({ key: resource, why });
    if (driver !== 'command') continue;
    const words = wordsOf(flash?.command ?? {});
    for (const [placeholder, key] of Object.entries(placeholders)) {
      const word = `{${placeholder}}`;
      if (words.some((each) => each.includes(word)))
        needs.push({ key, why: `which ${word} in the tool of board ${name} stands for` });
    }
  }
  const heardBy = console?.over === 'serial' ? 'serial' : 'network';
  if (console?.over !== undefined)
    needs.push({ key: heardBy, why: `where board ${name} has its console (${console.over})` });
  if (preflight?.includes('voltage_check'))
    needs.push({ key: 'meter', why: `with which voltage_check of board ${name} would measure` });
  return needs.filter(({ key }, index) => needs.findIndex((other) => other.key === key) === index);
}

/** A driver that the slot names must fit the chip, as the board's own must. */
function driverProblem(
  file: File,
  at: (string | number)[],
  { driver }: Partly<SlotFile>,
  board: CheckedFile<BoardFile>,
): Problem[] {
  const { chip, flash } = board.values;
  const { name } = board;
  if (driver === undefined || chip === undefined) return [];
  const what =
    driverMisfit(driver, chip, flash?.command !== undefined) ??
    backupMisfit(driver, board) ??
    readBackMisfit(driver, board);
  return what === undefined ? [] : [file.problemAt([...at, 'driver'], `${what} (board ${name})`)];
}

/** A slot that could not restart its board, or not take it into its loader, would condemn every good one. */
function entryProblem(
  file: File,
  at: (string | number)[],
  slot: Partly<SlotFile>,
  { name, values }: CheckedFile<BoardFile>,
): Problem[] {
  const { flash, console } = values;
  const driver = slot.driver ?? flash?.driver;
  if (driver === undefined) return [];
  const entry = loaderEntry(driver, slot);
  const canRestart = slot.power ?? slot.reset ?? (slot.serial?.autoReset === true ? slot.serial : undefined);
  if (
    entry === 'nothing' &&
    canRestart === undefined &&
    console !== undefined &&
    console.restart === undefined
  ) {
    const what = `nothing can restart ${slot.id ?? 'the board'}, and a boot is the proof of a release; give the slot a power line, or board ${name} a \`console.restart\` command`;
    return [file.problemAt(at, what)];
  }
  return [];
}
