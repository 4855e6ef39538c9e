import type { LineAddress } from '../../gpio/line.js';
import type { CheckedFile } from '../checked-file.js';
import type { Partly, SlotFile, StationFile } from '../rig-files.js';
import { patch, type Patch } from './patched-file.js';
import type { Said } from './said.js';

/** A slot that a batch uses, in its file. */
export interface UsedSlot {
  file: CheckedFile<StationFile>;
  index: number;
}

/**
 * The line that switches the one slot of a batch, in place of its own: `<chip>/<line>`, or a line number where the station has its lines on one chip. Text is why it
 * cannot be that.
 */
export function powerPinPatch(
  pin: Said<string>,
  slots: readonly UsedSlot[],
): { file: CheckedFile<StationFile>; patches: Patch[] } | string {
  const [used, another] = slots;
  if (used === undefined || another !== undefined)
    return `switches one slot, and this batch has ${slots.length}; name the power line of each slot in the station file, or one unit with --devices`;
  const { file, index } = used;
  const slot = file.values.slots?.[index];
  const { chip: named, line } = /^(?:(?<chip>[^/]+)\/)?(?<line>\d{1,4})$/.exec(pin.value)?.groups ?? {};
  if (line === undefined) return `is "${pin.value}"; write <chip>/<line>, as in pinctrl-bcm2711/17`;
  const known = chipsOf(file);
  const [only] = known;
  const chip = named ?? (known.length === 1 ? only : undefined);
  if (chip === undefined) {
    const there =
      known.length === 0
        ? `${file.name} has no GPIO lines`
        : `${file.name} has lines on ${known.join(' and ')}`;
    return `is line ${line} of a chip that is not named, and ${there}; write <chip>/${line}`;
  }
  const activeLow = slot?.power?.chip === chip && slot.power.activeLow === true;
  const address: LineAddress = { chip, line: Number(line), activeLow };
  return { file, patches: patch(['slots', index, 'power'], pin, address) };
}

/** The chips on which a station has lines. */
function chipsOf(file: CheckedFile<StationFile>): string[] {
  const lines = (file.values.slots ?? []).flatMap((slot: Partly<SlotFile> | undefined) => {
    const { power, boot, reset, lamps } = slot ?? {};
    return [power, boot, reset, lamps?.pass, lamps?.fail, lamps?.busy];
  });
  return [...new Set(lines.flatMap((line) => line?.chip ?? []))];
}
