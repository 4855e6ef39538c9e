import { RigError } from '../core/errors.js';
import type { GpiodChip } from './gpiod-chips.js';
import { readKernelLine, type KernelLine } from './gpiod-levels.js';
import { isHolding, livingHolder, type GpiodPlace, type HolderNote } from './gpiod-note.js';
import { refusal, whileBusy } from './gpiod-refusal.js';
import { runGpiod } from './gpiod-run.js';
import { parseLevel } from './gpiod-tools.js';
import type { Level } from './line.js';

/**
 * The level at which a process of this rig drives the line now, as the chip reads it; undefined when none does. Throws LINE_LOST when the
 * chip has stopped to answer.
 */
export async function readDrivenLine(place: GpiodPlace, chip: GpiodChip): Promise<Level | undefined> {
  const holder = livingHolder(place);
  if (holder?.level === undefined || !isHolding(holder, chip)) return undefined;
  return (await readBack(place, chip, holder))?.level ?? holder.level;
}

/** What the kernel tells about the line, where it does. Throws LINE_LOST when the chip gave the line's level before, and none now. */
export async function readBack(
  place: GpiodPlace,
  chip: GpiodChip,
  holder: HolderNote,
): Promise<KernelLine | undefined> {
  const seen = await readKernelLine(chip.name, place.address.line);
  if (seen === undefined || seen.level !== undefined || !holder.readsBack) return seen;
  throw new RigError(
    'LINE_LOST',
    `${place.name} (${chip.name} line ${place.address.line}): its chip does not answer any more`,
  );
}

/**
 * A line that nobody holds, by `gpioget`; it becomes an input by that, but with `asIs` on 2.x. Throws LINE_BUSY, LINE_PERMISSION,
 * LINE_LOST.
 */
export function readFreeLine(place: GpiodPlace, chip: GpiodChip, options: { asIs: boolean }): Promise<Level> {
  const attempt = async () => {
    const args = place.syntax.get(chip.name, place.address.line, options);
    const { stdout, complaint } = await runGpiod('gpioget', args);
    const level = parseLevel(stdout);
    return level === undefined ? { complaint: complaint || `gpioget said '${stdout}'` } : { done: level };
  };
  return whileBusy(place, attempt, (complaint) => refusal(place, chip, 'reading it', complaint));
}
